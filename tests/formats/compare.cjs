// `make export-test`, the second half: runs the ONNX files of a folder in ONNX Runtime and compares each layer's bytes
// with those of our engine (tests/mcu/programs/exports.cpp writes both).
//   node compare.cjs FOLDER FORMAT...   prints a table, a network a row; exit status 1 if onnx-exact differs anywhere
// The table gives, for each format, how many of all layers' bytes differ, and by how much at most; the first layer that
// differs is named.
const fs = require('fs');
const path = require('path');
const ort = require('onnxruntime-web');

ort.env.wasm.numThreads = 1;
ort.env.logLevel = 'error';

// NCHW values of a batch, in NHWC order.
function toNhwc(data, images, [height, width, channels]) {
  const pixels = height * width, out = new Int8Array(data.length);
  for (let image = 0; image < images; ++image)
    for (let channel = 0; channel < channels; ++channel)
      for (let pixel = 0; pixel < pixels; ++pixel)
        out[(image * pixels + pixel) * channels + channel] = data[(image * channels + channel) * pixels + pixel];
  return out;
}

// How two arrays of int8 differ: the number of bytes, and the largest distance.
function difference(expected, found) {
  if (expected.length !== found.length) throw new Error(`expected ${expected.length} bytes, found ${found.length}`);
  let different = 0, largest = 0;
  for (let i = 0; i < expected.length; ++i) {
    if (expected[i] === found[i]) continue;
    ++different;
    largest = Math.max(largest, Math.abs(expected[i] - found[i]));
  }
  return {different, largest};
}

async function compare(folder, format) {
  const network = JSON.parse(fs.readFileSync(path.join(folder, 'network.json'), 'utf8'));
  const expected = new Int8Array(new Uint8Array(fs.readFileSync(path.join(folder, 'expected.bin'))).buffer);
  const images = new Uint8Array(fs.readFileSync(path.join(folder, 'images.bin')));
  const session = await ort.InferenceSession.create(fs.readFileSync(path.join(folder, format + '.onnx')));
  const outputs = await session.run({image: new ort.Tensor('uint8', images, [network.images, ...network.input])});
  const result = {bytes: 0, different: 0, largest: 0, first: ''};
  const add = (name, ours, theirs) => {
    const {different, largest} = difference(ours, theirs);
    result.bytes += ours.length;
    result.different += different;
    result.largest = Math.max(result.largest, largest);
    if (different > 0 && !result.first) result.first = name;
  };
  let position = 0, last;
  for (const layer of network.layers) {
    const size = network.images * layer.shape.reduce((a, b) => a * b);
    last = expected.subarray(position, position + size);
    add(layer.name, last, toNhwc(outputs[layer.name].data, network.images, layer.shape));
    position += size;
  }
  if (position !== expected.length) throw new Error(`${folder}: expected.bin has ${expected.length} bytes`);
  result.logits = difference(last, outputs.logits.data);
  add('logits', last, outputs.logits.data);
  result.layers = network.layers.length;
  await session.release();
  return result;
}

const row = (name, format, r) => `| ${name} | ${format} | ${r.layers} | ${r.bytes} | ${r.different} | ${r.largest} | ` +
                               `${r.logits.different} | ${r.first || '-'} |`;

function sum(results) {
  const total = {layers: 0, bytes: 0, different: 0, largest: 0, logits: {different: 0}, first: ''};
  for (const r of results) {
    for (const key of ['layers', 'bytes', 'different']) total[key] += r[key];
    total.largest = Math.max(total.largest, r.largest);
    total.logits.different += r.logits.different;
  }
  return total;
}

async function main() {
  const [folder, ...formats] = process.argv.slice(2);
  const names = fs.readdirSync(folder).sort((a, b) => a.localeCompare(b, 'en', {numeric: true}));
  const results = Object.fromEntries(formats.map((format) => [format, []]));
  console.log('| network | format | layers | bytes | different | largest | logits different | first layer |');
  console.log('|---|---|---|---|---|---|---|---|');
  for (const name of names)
    for (const format of formats) {
      const result = await compare(path.join(folder, name), format);
      results[format].push(result);
      console.log(row(name, format, result));
    }
  for (const format of formats) console.log(row(`all ${names.length}`, format, sum(results[format])));
  const failed = (results['onnx-exact'] || []).some((result) => result.different > 0);
  if (failed) console.log('FAILED: onnx-exact is to be equal');
  process.exit(failed ? 1 : 0);
}

main().catch((error) => {
  console.error('error: ' + error.message);
  process.exit(1);
});
