"""The peer in speed: any network of ours in PyTorch, as its users would write it, from the description that `mininas inspect A --json` gives.

usage: torch_net.py DESCRIPTION.json BATCH THREADS SECONDS

Prints one JSON object: the median training steps and inference runs in images a second, the parameters, the peak memory. A step is forward,
loss, backward, clipping and update on random images that stay the same, channels-last, float32: what `mininas bench` measures of ours.
"""
import json
import statistics
import sys
import time

import torch
from torch import nn
from torch.nn import functional


def convolution(layer, channels_in):
    """A convolution layer's modules: convolution, then batch norm where it has one."""
    channels_out = layer["out_channels"]
    groups = channels_in if layer["kind"] == "depthwise" else 1
    kernel = layer["kernel"]
    modules = [nn.Conv2d(channels_in, channels_out, kernel, layer["stride"], kernel // 2, groups=groups, bias=layer["bias"])]
    if layer["batch_norm"]:
        modules.append(nn.BatchNorm2d(channels_out))
    return nn.Sequential(*modules)


class Network(nn.Module):
    """The described layers in their order; each reads the output of the layers that it names (-1: the image)."""

    def __init__(self, layers, image_channels):
        super().__init__()
        self.layers = layers
        self.parts = nn.ModuleList()
        self.last_reader = {}
        for index, layer in enumerate(layers):
            for source in layer["inputs"]:
                self.last_reader[source] = index
            first = layer["inputs"][0]
            channels_in = image_channels if first < 0 else layers[first]["out_channels"]
            if layer["kind"] in ("conv", "depthwise"):
                self.parts.append(convolution(layer, channels_in))
            elif layer["kind"] == "linear":
                self.parts.append(nn.Linear(channels_in, layer["out_channels"], bias=layer["bias"]))
            else:
                self.parts.append(nn.Identity())

    def forward(self, image):
        outputs = {-1: image}
        for index, (layer, part) in enumerate(zip(self.layers, self.parts)):
            x = outputs[layer["inputs"][0]]
            if layer["kind"] == "add":
                y = x + outputs[layer["inputs"][1]]
            elif layer["kind"] == "pool":
                y = x.mean((2, 3))
            else:
                y = part(x)
            outputs[index] = functional.relu(y) if layer["relu"] else y
            for source in set(layer["inputs"]):
                if self.last_reader[source] == index:
                    del outputs[source]  # as a local variable of hand-written code would be
        return outputs[len(self.layers) - 1]


def images_a_second(body, batch, seconds):
    """The median rate of `body`, after two calls that warm up: at least 5 calls, and for as long as asked."""
    body()
    body()
    times = []
    start = time.perf_counter()
    while len(times) < 5 or time.perf_counter() - start < seconds:
        begin = time.perf_counter()
        body()
        times.append(time.perf_counter() - begin)
    return batch / statistics.median(times)


def peak_memory_bytes():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM:"))


def main():
    with open(sys.argv[1]) as file:
        description = json.load(file)
    batch, threads, seconds = int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
    height, width, channels = (int(extent) for extent in description["input"].split("x"))
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    network = Network(description["layers"], channels).to(memory_format=torch.channels_last)
    optimizer = torch.optim.SGD(network.parameters(), lr=0.025, momentum=0.9, weight_decay=3e-4)
    images = torch.randn(batch, channels, height, width).contiguous(memory_format=torch.channels_last)
    labels = torch.randint(0, description["classes"], (batch,))

    def step():
        optimizer.zero_grad()
        functional.cross_entropy(network(images), labels).backward()
        nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        optimizer.step()

    train = images_a_second(step, batch, seconds)
    peak = peak_memory_bytes()
    network.eval()
    with torch.no_grad():
        infer = images_a_second(lambda: network(images), batch, seconds)
    parameters = sum(p.numel() for p in network.parameters())
    print(json.dumps({"train_images_per_second": train, "infer_images_per_second": infer, "params": parameters,
                      "peak_memory_bytes": peak, "version": torch.__version__}))


main()
