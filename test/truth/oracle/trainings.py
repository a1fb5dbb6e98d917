"""Whole trainings on made-up images (trainings-231.json): every update rule and every constant, over many steps."""
import numpy as np

from .images import MADE_UP, made_up, split
from .nets import Net, train, updated

SPLIT = {"numTraining": MADE_UP["training"], "numValidation": MADE_UP["validation"]}
BASE = {"seed": 231, "dtype": "float64", "hiddenDims": [20, 15], "weightScale": 0.03,
        "batchSize": 10, "epochs": 3, "trainImages": 100, **SPLIT}

# What each training shows, and the experiment: keys of BASE that it changes, and one map of settings for each net. Nets of
# one experiment draw from one stream if it is the notebook's.
CASES = {
    "Adam; batches do not divide the images": (
        {"trainImages": 95, "epochs": 6}, [{"normalization": "batchnorm"}, {"normalization": "none"}]),
    "Adam with other constants, group norm, He, a decaying rate": (
        {"normGroups": 5, "weightScale": "he", "adamBeta1": 0.8, "adamBeta2": 0.95, "adamEps": 1e-4, "lrDecay": 0.7},
        [{"normalization": "groupnorm"}]),
    "momentum with another constant, layer norm, Xavier, a decaying rate, regularization": (
        {"updateRule": "sgdMomentum", "sgdMomentum": 0.7, "weightScale": "xavier", "lrDecay": 0.8, "reg": 0.1},
        [{"normalization": "layernorm"}]),
    "RMSProp with another constant, no normalization, He, a decaying rate, regularization": (
        {"updateRule": "rmsprop", "rmspropDecay": 0.95, "weightScale": "he", "lrDecay": 0.5, "reg": 0.01},
        [{"normalization": "none"}]),
    "the course's constants": (
        {"learningRate": 3e-3}, [{"updateRule": rule} for rule in ("sgd", "sgdMomentum", "rmsprop", "adam")]),
    "SGD on 1,500 images, of which 1,000 are measured; batch norm with other constants; a large seed": (
        {"seed": 4_000_000_000, "updateRule": "sgd", "learningRate": 0.05, "batchSize": 64, "epochs": 4,
         "trainImages": 1500, "normMomentum": 0.6, "normEps": 1e-3}, [{"normalization": "batchnorm"}]),
    "odd widths, many steps": (
        {"hiddenDims": [13, 7, 11], "batchSize": 7, "epochs": 8, "trainImages": 95, "reg": 1e-3},
        [{"normalization": kind} for kind in ("layernorm", "rmsnorm", "batchnorm", "none")]),
    "groups that begin inside a vector": (
        {"hiddenDims": [15, 9], "normGroups": 3, "updateRule": "rmsprop", "normEps": 1e-3},
        [{"normalization": "groupnorm"}]),
    "batches of one image": (
        {"updateRule": "sgdMomentum", "batchSize": 1, "trainImages": 30}, [{"normalization": "batchnorm"}]),
    "a batch larger than the training set": (
        {"batchSize": 120, "trainImages": 95, "epochs": 5}, [{"normalization": "batchnorm"}]),
    "factors of the hidden layers": (
        {"hiddenWeightFactor": 1.7, "hiddenRateFactor": 0.3, "weightScale": 0.02},
        [{"normalization": "batchnorm", "updateRule": "adam"}, {"normalization": "none", "updateRule": "sgd"}]),
    "the notebook's stream, with samples of the training images": (
        {"stream": "notebook", "builtTogether": "normalization", "trainImages": 1200, "batchSize": 400, "epochs": 2},
        [{"normalization": "batchnorm"}, {"normalization": "none"}]),
    "the notebook's stream, with epochs of one step": (
        {"stream": "notebook", "trainImages": 1200, "batchSize": 1200, "epochs": 2, "hiddenDims": [5]},
        [{"learningRate": 1e-3}, {"learningRate": 1e-2}]),
    "a long training, which overfits": (
        {"epochs": 40, "learningRate": 3e-3, "trainImages": 110, "hiddenDims": [12]},
        [{"normalization": "batchnorm"}, {"normalization": "layernorm"}]),
    "figures of the layers": (
        {"hiddenDims": [20, 13], "weightScale": 0.01, "normGroups": 1, "diagnostics": True, "epochs": 2, "reg": 0.01},
        [{"normalization": kind} for kind in ("none", "batchnorm", "layernorm", "rmsnorm", "groupnorm")]),
    **{f"images preprocessed: {kind}": (
        {"preprocessing": kind, "weightScale": scale, "epochs": 1}, [{"normalization": "layernorm"}])
       for kind, scale in (("none", 0.001), ("standardize", 0.03), ("perImage", 1), ("perPixelRow", 1), ("threshold", 0.03))},
}


def sizes(params):
    """Parameters in four figures each: the sum of their sizes, and the first three."""
    return {name: [float(np.abs(v).sum()), *v.ravel()[:3].tolist()] for name, v in params.items()}


def trained(net, images, random):
    history = train(net, images, random, net.s.get("diagnostics", False))
    history["parameters"] = sizes(net.params)
    history["scores"] = net.scores(images["X_val"][:2]).tolist()
    return history


def run(experiment, grids):
    images = split(*made_up(), MADE_UP["training"], MADE_UP["validation"], experiment.get("preprocessing", "meanImage"))
    fresh = lambda: np.random.RandomState(experiment["seed"])
    settings = [experiment | grid for grid in grids]
    if experiment.get("stream") != "notebook":
        return [trained(Net(own, random), images, random) for own in settings for random in [fresh()]]
    random = fresh()
    if "builtTogether" in experiment:
        return [trained(net, images, random) for net in [Net(own, random) for own in settings]]
    return [trained(Net(own, random), images, random) for own in settings]


def steps(rule):
    """The parameters of a small net after four steps on one batch: for nets that are built without an experiment."""
    random = np.random.RandomState(3)
    settings = {"hiddenDims": [20, 30], "normalization": "batchnorm", "weightScale": 5e-2, "reg": 0.1, "updateRule": rule}
    net = Net(settings, random, inputs=15)
    x, y = np.random.RandomState(4).randn(6, 15), np.arange(6)
    states = {name: {} for name in net.params}
    for t in range(1, 5):
        grads = net.loss(x, y)[2]
        for name, w in net.params.items():
            net.params[name] = updated(w, grads[name], states[name], 0.01, t, net.s)
    return sizes(net.params)


def figures():
    cases = []
    for what, (changes, grids) in CASES.items():
        experiment = BASE | changes
        cases.append({"what": what, "experiment": experiment | {"sweep": grids}, "trials": run(experiment, grids)})
    ensure_telling(cases)
    pixels, labels = made_up()
    return {
        "images": {"first": pixels[0, :5].tolist(), "sum": int(pixels.sum()), "labels": labels[:20].tolist()},
        "steps": {rule: steps(rule) for rule in ("sgd", "sgdMomentum", "rmsprop", "adam")},
        "cases": cases,
    }


def ensure_telling(cases):
    """Some training must have its best validation accuracy before its end, and some must reach it twice."""
    histories = [[row["valAccuracy"] for row in trial["accuracies"]] for case in cases for trial in case["trials"]]
    assert any(h[-1] < max(h) for h in histories)
    assert any(h.count(max(h)) > 1 for h in histories)
