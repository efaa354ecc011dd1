// `make export-test`, the second half: runs the files of a folder in ONNX Runtime and in TensorFlow Lite, and compares
// each layer's bytes with those of our engine (tests/mcu/programs/exports.cpp writes both).
//   node compare.cjs FOLDER FORMAT...   prints a table; exit status 1 if a difference is larger than may be (kLargest)
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
  const kind = ['onnx-float', 'tflite'].find((kind) => format.startsWith(kind)) || '';
  const name = {'onnx-float': 'expected-float.bin', 'tflite': 'expected-tflite.bin'}[kind] || 'expected.bin';
  const bytes = new Uint8Array(fs.readFileSync(path.join(folder, name))).buffer;
  return kind === 'onnx-float' ? new Float32Array(bytes) : new Int8Array(bytes);
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

const layerGivenTo = (input, layers) => layers.find((layer) => layer.name + '.given' === input);

// Runs a file; returns each output's values, NHWC, by its name.
async function runOnnx(file, network, layers, images) {
  const session = await ort.InferenceSession.create(fs.readFileSync(file));
  const inputs = {};
  for (const name of session.inputNames) {
    const layer = layerGivenTo(name, layers);
    if (!layer) continue;
    const [height, width, channels] = layer.shape;
    inputs[name] = new ort.Tensor('int8', toNchw(layer.values, network.images, layer.shape),
                                  [network.images, channels, height, width]);
  }
  inputs.image = new ort.Tensor('uint8', images, [network.images, ...network.input]);
  const outputs = await session.run(inputs), found = {logits: outputs.logits.data};
  for (const {name, shape} of layers) found[name] = toNhwc(outputs[name].data, network.images, shape);
  await session.release();
  return found;
}

// Creates a runner of @tensorflow/tfjs-tflite's WebAssembly module, which has no interface for Node.
async function tfliteRunner(file) {
  const folder = path.join(path.dirname(require.resolve('@tensorflow/tfjs-tflite/package.json')), 'wasm');
  const base = path.join(folder, 'tflite_web_api_cc_simd');
  const module = await require(base + '.js')({wasmBinary: fs.readFileSync(base + '.wasm'), printErr: () => {}});
  const bytes = fs.readFileSync(file), place = module._malloc(bytes.length);
  module.HEAPU8.set(bytes, place);
  const made = module.TFLiteWebModelRunner.CreateFromBufferAndOptions(
      place, bytes.length, {numThreads: 1, enableWebNNDelegate: false, webNNDevicePreference: 0, enableProfiling: false,
                            maxProfilingBufferEntries: 0});
  if (!made.ok()) throw new Error(`${file}: ${made.errorMessage()}`);
  return made.value();
}

// One image at a time, whose bytes are q = byte - 128.
async function runTflite(file, network, layers, images) {
  const runner = await tfliteRunner(file);
  const list = (vector) => Array.from({length: vector.size()}, (_, i) => vector.get(i));
  const inputs = list(runner.GetInputs()), outputs = list(runner.GetOutputs()), parts = {};
  const part = (values, image) => values.subarray(image * values.length / network.images,
                                                  (image + 1) * values.length / network.images);
  for (let image = 0; image < network.images; ++image) {
    for (const input of inputs) {
      const layer = layerGivenTo(input.name, layers);
      input.data().set(layer ? part(layer.values, image) : Int8Array.from(part(images, image), (byte) => byte - 128));
    }
    if (!runner.Infer()) throw new Error(`${file}: cannot be run`);
    for (const output of outputs) (parts[output.name] = parts[output.name] || []).push(Int8Array.from(output.data()));
  }
  runner.delete();
  const joined = (some) => Int8Array.from({length: some.length * some[0].length},
                                          (_, i) => some[Math.floor(i / some[0].length)][i % some[0].length]);
  return Object.fromEntries(Object.entries(parts).map(([name, some]) => [name, joined(some)]));
}

// For how many images the largest logit is the same.
function equalClasses(ours, theirs, images) {
  const classes = ours.length / images;
  const answer = (logits, image) => {
    const some = Array.from(logits.slice(image * classes, (image + 1) * classes));
    return some.indexOf(Math.max(...some));
  };
  const equal = (image) => answer(ours, image) === answer(theirs, image);
  return Array.from({length: images}, (_, image) => image).filter(equal).length;
}

async function compare(folder, format) {
  const network = JSON.parse(fs.readFileSync(path.join(folder, 'network.json'), 'utf8'));
  const layers = layersOf(network, readExpected(folder, format));
  const images = new Uint8Array(fs.readFileSync(path.join(folder, 'images.bin')));
  const isTflite = format.startsWith('tflite');
  const file = path.join(folder, format + (isTflite ? '.tflite' : '.onnx'));
  const outputs = await (isTflite ? runTflite : runOnnx)(file, network, layers, images);
  const result = {layers: layers.length, bytes: 0, different: 0, largest: 0, first: ''};
  const add = (name, ours, theirs) => {
    const {different, largest} = difference(ours, theirs);
    result.bytes += ours.length;
    result.different += different;
    result.largest = Math.max(result.largest, largest);
    if (different > 0 && !result.first) result.first = name;
    return {different, largest};
  };
  for (const {name, values} of layers) result.logits = add(name, values, outputs[name]);
  if (!format.endsWith('-alone'))
    result.classes = equalClasses(layers.at(-1).values, outputs.logits, network.images);
  if (!format.endsWith('-alone')) add('logits', layers.at(-1).values, outputs.logits);
  return result;
}

// The largest difference that is right: our integers exactly; one layer's single rounding; float32 sums in another
// order, as a share of the layer's largest value. Through a whole network, roundings add up without limit.
const kLargest = {'onnx-exact': 0, 'onnx-qdq-alone': 1, 'onnx-qdq': Infinity, 'onnx-float': 1e-5,
                  'tflite-alone': 1, 'tflite': Infinity};

const size = (value) => Number.isInteger(value) ? value : +value.toPrecision(2);
const row = (name, format, r) => `| ${name} | ${format} | ${r.layers} | ${r.bytes} | ${r.different} | ` +
                               `${size(r.largest)} | ` +
                               `${r.logits.different} | ${r.classes ?? '-'} | ${r.first || '-'} |`;

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
  console.log('| network | format | layers | values | different | largest | logits different | classes equal | ' +
              'first layer |');
  console.log('|---|---|---|---|---|---|---|---|---|');
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
