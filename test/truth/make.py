#!/usr/bin/env python3
"""Makes the golden files of this folder again; README.md says what is in them.

Figures that need what is missing here (SciPy and mpmath, or real CIFAR-10) stay as they are.
"""
import argparse
import itertools
import json
import os
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
FILES = ("trainings-231", "numpy-231", "evidence-231", "statistics-231")
# Where the tests look for it.
REAL = FOLDER.parents[2] / "shared" / "data" / "cifar-10-binary.tar.gz"

# Three kernels of OpenBLAS, which sum in different orders.
CORES = ("Haswell", "SkylakeX", "Nehalem")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", default=FILES, metavar="FILE", help=f"all by default: {', '.join(FILES)}")
    parser.add_argument("--data", type=Path, default=REAL, help="real CIFAR-10: a folder of binary batches, or the archive")
    options = parser.parse_args()

    from oracle import images, notebook, trainings

    real = images.cifar(options.data) if options.data.exists() else None
    if real is None:
        print(f"{options.data} does not exist: figures on real CIFAR-10 stay as they are", file=sys.stderr)
    for name in options.files:
        if name == "trainings-231":
            write(name, trainings.figures())
        elif name == "numpy-231":
            write(name, notebook.notebook_figures(), real and notebook.notebook_experiments(real))
        elif name == "evidence-231":
            more = real and notebook.deep_nets(real) | {"diagnostics": diagnostics(options.data)}
            write(name, notebook.layer_figures(), more)
        elif name == "statistics-231":
            try:
                from oracle import student
            except ModuleNotFoundError as error:
                print(f"{error.name} is not installed: {name}.json stays as it is", file=sys.stderr)
            else:
                write(name, student.figures())
        else:
            parser.error(f"{name} is none of {', '.join(FILES)}")
    subprocess.run(["npx", "biome", "format", "--write", FOLDER], check=True)


def diagnostics(data):
    """The figures of the first kernel, with the spread of each point: how far NumPy differs from itself."""
    from oracle.notebook import spread

    program = "import json, sys; from oracle import images, notebook; "
    program += "json.dump(notebook.diagnostics(images.cifar(sys.argv[1]), json.loads(sys.argv[2])), sys.stdout)"
    runs = []
    for core, last_bits in itertools.product(CORES, ("null", *map(str, range(1, 9)))):
        command = [sys.executable, "-c", program, str(data.resolve()), last_bits]
        environment = os.environ | {"OPENBLAS_CORETYPE": core}
        made = subprocess.run(command, cwd=FOLDER, env=environment, stdout=subprocess.PIPE, check=True)
        runs.append(json.loads(made.stdout))
    for net, apart in zip(runs[0], spread(runs)):
        for point, own in zip(net["points"], apart):
            point["spread"] = own
    return runs[0]


def write(name, figures, real=()):
    """Replaces a file. `real` are the figures on real CIFAR-10; None where it is missing: then those in the file are kept."""
    import numpy

    path = FOLDER / f"{name}.json"
    kept = json.loads(path.read_text()) if real is None else {}
    made = {"numpy": numpy.__version__, **kept, **figures, **dict(real or ())}
    path.write_text(json.dumps(made, indent=1) + "\n")
    print(f"wrote {path.name}")


if __name__ == "__main__":
    main()
