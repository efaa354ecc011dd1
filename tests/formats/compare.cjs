// `make export-test`, the second half: runs the ONNX files of a folder in ONNX Runtime and compares each layer's bytes
// with those of our engine (tests/mcu/programs/exports.cpp writes both).
//   node compare.cjs FOLDER FORMAT...   prints a table; exit status 1 if a difference is larger than it may be (kLargest)
// A row gives, for a network and a format, how many values of all layers differ, and by how much at most; the first
// layer that differs is named.
const fs = require('fs');
const path = require('path');
const ort = require('onnxruntime-web');

ort.env.wasm.numThreads = 1;
ort.env.logLevel = 'error';

// Arrays of a batch of images, from NCHW to NHWC and back.
function reordered(data, images, [height, width, channels], place) {
  const pixels = height * width, out = new data.constructor(data.length);
  for (let image = 0; image < images; ++image)
    for (let channel = 0; channel < channels; ++channel)
      for (let pixel = 0; pixel < pixels; ++pixel)
        place(out, (image * pixels + pixel) * channels + channel, (image * channels + channel) * pixels + pixel);
  return out;
}
const toNhwc = (data, images, shape) => reordered(data, images, shape, (out, nhwc, nchw) => (out[nhwc] = data[nchw]));
const toNchw = (data, images, shape) => reordered(data, images, shape, (out, nhwc, nchw) => (out[nchw] = data[nhwc]));

// How two arrays differ: the number of values, and the largest distance; of floats, as a share of the largest value.
function difference(expected, found) {
  if (expected.length !== found.length) throw new Error(`expected ${expected.length} values, found ${found.length}`);
  let different = 0, largest = 0, size = 0;
  for (let i = 0; i < expected.length; ++i) {
    size = Math.max(size, Math.abs(expected[i]));
    if (expected[i] === found[i]) continue;
    ++different;
    largest = Math.max(largest, Math.abs(expected[i] - found[i]));
  }
  return {different, largest: expected instanceof Float32Array && size > 0 ? largest / size : largest};
}

function readExpected(folder, format) {
  const real = format === 'onnx-float';
  const bytes = new Uint8Array(fs.readFileSync(path.join(folder, real ? 'expected-float.bin' : 'expected.bin'))).buffer;
  return real ? new Float32Array(bytes) : new Int8Array(bytes);
}

// The outputs of each layer: {name, shape, values}, in order.
function layersOf(network, expected) {
  let position = 0;
  const layers = network.layers.map(({name, shape}) => {
    const size = network.images * shape.reduce((a, b) => a * b);
    position += size;
    return {name, shape, values: expected.slice(position - size, position)};
  });
  if (position !== expected.length) throw new Error(`expected ${position} values, found ${expected.length}`);
  return layers;
}

function inputsOf(session, network, layers, images) {
  const inputs = {};
  for (const name of session.inputNames) {
    const layer = layers.find((layer) => layer.name + '.given' === name);
    if (!layer) continue;
    const [height, width, channels] = layer.shape;
    inputs[name] = new ort.Tensor('int8', toNchw(layer.values, network.images, layer.shape),
                                  [network.images, channels, height, width]);
  }
  inputs.image = new ort.Tensor('uint8', images, [network.images, ...network.input]);
  return inputs;
}

async function compare(folder, format) {
  const network = JSON.parse(fs.readFileSync(path.join(folder, 'network.json'), 'utf8'));
  const layers = layersOf(network, readExpected(folder, format));
  const images = new Uint8Array(fs.readFileSync(path.join(folder, 'images.bin')));
  const session = await ort.InferenceSession.create(fs.readFileSync(path.join(folder, format + '.onnx')));
  const outputs = await session.run(inputsOf(session, network, layers, images));
  const result = {layers: layers.length, bytes: 0, different: 0, largest: 0, first: ''};
  const add = (name, ours, theirs) => {
    const {different, largest} = difference(ours, theirs);
    result.bytes += ours.length;
    result.different += different;
    result.largest = Math.max(result.largest, largest);
    if (different > 0 && !result.first) result.first = name;
    return {different, largest};
  };
  for (const {name, shape, values} of layers)
    result.logits = add(name, values, toNhwc(outputs[name].data, network.images, shape));
  if (!format.endsWith('-alone')) add('logits', layers.at(-1).values, outputs.logits.data);
  await session.release();
  return result;
}

// The largest difference that is right: our integers exactly; one layer's single rounding; float32 sums in another order,
// as a share of the layer's largest value. Through a whole network, roundings add up without limit.
const kLargest = {'onnx-exact': 0, 'onnx-qdq-alone': 1, 'onnx-qdq': Infinity, 'onnx-float': 1e-5};

const row = (name, format, r) => `| ${name} | ${format} | ${r.layers} | ${r.bytes} | ${r.different} | ${+r.largest.toPrecision(2)} | ` +
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
  console.log('| network | format | layers | values | different | largest | logits different | first layer |');
  console.log('|---|---|---|---|---|---|---|---|');
  for (const name of names)
    for (const format of formats) {
      const result = await compare(path.join(folder, name), format);
      results[format].push(result);
      console.log(row(name, format, result));
    }
  for (const format of formats) console.log(row(`all ${names.length}`, format, sum(results[format])));
  const failed = formats.filter((format) => sum(results[format]).largest > kLargest[format]);
  for (const format of failed) console.log(`FAILED: ${format} differs by more than ${kLargest[format]}`);
  process.exit(failed.length > 0 ? 1 : 0);
}

main().catch((error) => {
  console.error('error: ' + error.message);
  process.exit(1);
});
