#!/usr/bin/env python3
"""Cycles of a Cortex-M4 that a trace of instructions suggests: a model, no measurement.

    bench/mcu_cycles.py EXPORTED_FOLDER

Compiles an exported network (RUN/c) with mcu/boards/driver.c for the board m4, as `mininas verify --board m4` does, and runs it without
images: then the driver executes the network twice. The emulator writes down each block of instructions that it executes; how often each
instruction came follows from that. Code outside of the runtime and its digest is left out. Rules, for memory without wait states:
    load 2, another one behind a load 1; load or store of n registers n + 1; store 1; taken branch 3, other 1; division 7; all else 1
A block that ends in a conditional branch was left by it, unless the next block is what lies behind.
Output: instructions and cycles of one run, and cycles an instruction."""
import collections
import os
import re
import subprocess
import sys
import tempfile

TRACE = re.compile(r"Trace \d+: \S+ \[[0-9a-f]+/([0-9a-f]+)/[0-9a-f]+/([0-9a-f]+)\]")
LIMIT = 0x1FF  # of a block's flags: at most so many instructions
RUNS = 2
BOARDS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "mcu", "boards")
COMPILER = ["arm-none-eabi-gcc", "-mcpu=cortex-m4", "-mthumb", "-O2"]
MEMORY = {"CODE_ORIGIN": 0, "CODE_BYTES": 4 << 20, "RAM_ORIGIN": 0x20000000, "RAM_BYTES": 4 << 20, "STACK_BYTES": 1024}


def linked(exported, folder):
    """The path of a program made of the exported network and the board's files."""
    sources = [os.path.join(exported, name) for name in sorted(os.listdir(exported)) if re.fullmatch(r"(mn_.*|model)\.c", name)]
    sources += [os.path.join(BOARDS, name) for name in ("driver.c", "semihosting.c", "cortex_m.c")]
    objects = []
    for source in sources:
        objects.append(os.path.join(folder, os.path.basename(source)[:-2] + ".o"))
        subprocess.run(COMPILER + ["-std=c99", "-ffreestanding", "-fdata-sections", "-fno-tree-loop-distribute-patterns",
                                   "-I", exported, "-I", BOARDS, "-c", source, "-o", objects[-1]], check=True)
    firmware = os.path.join(folder, "firmware.elf")
    subprocess.run(COMPILER + ["-nostdlib", "-nostartfiles", "-T", os.path.join(BOARDS, "board.ld")] +
                   [f"-Wl,--defsym={name}={value}" for name, value in MEMORY.items()] + objects + ["-lgcc", "-o", firmware], check=True)
    return firmware


def disassembled(firmware):
    """Address -> (mnemonic, operands, size in bytes) of the runtime's instructions."""
    listing = subprocess.run(["arm-none-eabi-objdump", "-d", "-j", ".runtime", firmware], stdout=subprocess.PIPE, text=True, check=True)
    code = {}
    counts = True
    for line in listing.stdout.splitlines():
        function = re.match(r"[0-9a-f]+ <(.*)>:", line)
        if function:
            counts = function[1] != "mn_crc32"
        found = re.match(r"\s*([0-9a-f]+):\t((?:[0-9a-f]{4} ?)+)\s*\t(\S+)\s*(.*)", line)
        if found and counts:
            code[int(found[1], 16)] = (found[3].split(".")[0], found[4].split("@")[0], len(found[2].split()) * 2)
    return code


def is_branch(name, operands):
    conditions = ("eq", "ne", "cs", "cc", "mi", "pl", "vs", "vc", "hi", "ls", "ge", "lt", "gt", "le")
    if name in ("b", "bl", "bx", "blx", "cbz", "cbnz", "tbb", "tbh") or (name[0] == "b" and name[1:] in conditions):
        return True
    return operands.startswith("pc") or (name.startswith(("ldm", "pop")) and "pc" in operands)


def registers(operands):
    count = 0
    for part in operands[operands.index("{") + 1:operands.index("}")].split(","):
        names = [{"sl": 10, "fp": 11, "ip": 12, "sp": 13, "lr": 14, "pc": 15}.get(n.strip()) or int(n.strip()[1:]) for n in part.split("-")]
        count += names[-1] - names[0] + 1
    return count


def block_cycles(code, begin, limit, last_taken):
    """(instructions, cycles) of a block from its first instruction to its branch, its page's end or its limit."""
    count = cycles = 0
    loaded = False
    address = begin
    while address in code:
        name, operands, size = code[address]
        count += 1
        load = name.startswith("ldr") and not name.startswith("ldrd")
        if is_branch(name, operands):
            if name.startswith(("ldm", "pop")):
                cycles += registers(operands)
            elif name.startswith(("tb", "ldr")):
                cycles += 2
            return count, cycles + (3 if last_taken(address + size) else 1)
        if name.startswith(("ldm", "stm", "push", "pop")):
            cycles += registers(operands) + 1
        elif name.startswith(("ldrd", "strd")):
            cycles += 3
        elif load:
            cycles += 1 if loaded else 2
        elif name.endswith("div"):
            cycles += 7
        else:
            cycles += 1
        loaded = load
        if count == limit or (address + size ^ address) >> 10:
            break
        address += size
    return count, cycles


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    blocks = collections.Counter()
    with tempfile.TemporaryDirectory() as folder:
        firmware = linked(os.path.abspath(sys.argv[1]), folder)
        code = disassembled(firmware)
        open(os.path.join(folder, "images.bin"), "w").close()
        trace = os.path.join(folder, "trace")
        os.mkfifo(trace)
        emulator = subprocess.Popen(
            ["qemu-system-arm", "-machine", "mps2-an386", "-display", "none", "-monitor", "none", "-serial", "none", "-icount", "shift=0",
             "-chardev", "file,id=console,path=/dev/null", "-semihosting-config", "enable=on,target=native,chardev=console",
             "-kernel", firmware, "-d", "exec,nochain", "-D", trace], cwd=folder, stdout=subprocess.DEVNULL)
        previous = None
        with open(trace) as lines:
            for line in lines:
                found = TRACE.match(line)
                if not found:
                    continue
                block = (int(found[1], 16), int(found[2], 16) & LIMIT)
                if previous and previous[0] in code:
                    blocks[previous + (block[0],)] += 1
                previous = block
        emulator.wait()
    instructions = cycles = 0
    for (begin, limit, following), times in blocks.items():
        count, spent = block_cycles(code, begin, limit, lambda behind: behind != following)
        instructions += times * count
        cycles += times * spent
    print(f"instructions {instructions // RUNS}  cycles {cycles // RUNS}  cycles an instruction {cycles / instructions:.2f}")


if __name__ == "__main__":
    main()
