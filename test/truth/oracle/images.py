"""Images for trainings: made up, or real CIFAR-10."""
import tarfile
from pathlib import Path

import numpy as np

PIXELS = 3072
MADE_UP = {"training": 1600, "validation": 100}


def made_up():
    """1,700 images that are functions of their index alone: pixels, (images, 3072) uint8, and labels, (images,) uint8.

    Every number is a hash of its place (Knuth's multiplication, then two rounds of shifts and multiplications, modulo 2^32);
    half of a pixel's range is noise, and its class adds 12 grey levels, so that a net can learn it. Labels repeat every ten
    images, but one in four is another class's, so that no net learns all. test/truth/made-up.ts does the same.
    """
    def hashed(places):
        x = places.astype(np.uint32) * np.uint32(2654435761)
        x = (x ^ (x >> np.uint32(15))) * np.uint32(2246822519)
        x = (x ^ (x >> np.uint32(13))) * np.uint32(3266489917)
        return (x ^ (x >> np.uint32(16))) >> np.uint32(24)

    count = MADE_UP["training"] + MADE_UP["validation"]
    noise = hashed(np.arange(count * PIXELS)).reshape(count, PIXELS) >> np.uint32(1)
    index = np.arange(count)
    shown = index % 10
    wrong = hashed(index + 2**31)
    labels = np.where(wrong < 64, wrong % 10, shown)
    pixels = noise + np.uint32(12) * shown[:, None].astype(np.uint32)
    return pixels.astype(np.uint8), labels.astype(np.uint8)


def split(pixels, labels, training, validation, preprocessing="meanImage"):
    """Training images, then validation images, preprocessed: statistics are those of the training images."""
    prepare = preparation(preprocessing, pixels[:training].astype(np.float64))
    x = prepare(pixels[: training + validation].astype(np.float64))
    y = labels[: training + validation].astype(int)
    return {"X_train": x[:training], "y_train": y[:training], "X_val": x[training:], "y_val": y[training:]}


def preparation(kind, training):
    """From images, (images, 3072) float64, to the input of a net."""
    def share(x, axis):
        total = x.sum(axis, keepdims=True)
        return x / np.where(total == 0, 1, total)

    if kind == "meanImage":
        mean = training.mean(0)
        return lambda x: x - mean
    if kind == "standardize":
        mean, std = training.mean(0), training.std(0)
        return lambda x: (x - mean) / np.where(std == 0, 1, std)
    if kind == "perImage":
        return lambda x: share(x, 1)
    if kind == "perPixelRow":
        # Three channels of 32 rows of 32 pixels.
        return lambda x: share(x.reshape(-1, 3, 32, 32), (1, 3)).reshape(len(x), PIXELS)
    if kind == "threshold":
        return lambda x: (x > 127).astype(np.float64)
    return lambda x: x


def cifar(path):
    """Real CIFAR-10 in its binary layout, from a folder or the archive: of the notebook's split, the first 1,000 images of each part."""
    def records(name):
        if Path(path).is_dir():
            raw = (Path(path) / name).read_bytes()
        else:
            with tarfile.open(path) as archive:
                raw = archive.extractfile(f"cifar-10-batches-bin/{name}").read()
        table = np.frombuffer(raw, np.uint8).reshape(-1, 1 + PIXELS)
        return table[:, 1:], table[:, 0]

    batches = [records(f"data_batch_{i}.bin") for i in range(1, 6)]
    pixels, labels = (np.concatenate(part) for part in zip(*batches))
    test, test_labels = records("test_batch.bin")
    mean = pixels[:49_000].mean(0, dtype=np.float64)
    images = {}
    for name, x, y in (
        ("train", pixels[:1000], labels[:1000]),
        ("val", pixels[49_000:], labels[49_000:]),
        ("test", test[:1000], test_labels[:1000]),
    ):
        images |= {f"X_{name}": x - mean, f"y_{name}": y.astype(int)}
    return images
