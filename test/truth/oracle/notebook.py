"""Figures for the notebook's checks and experiments (numpy-231.json), and for what goes beyond it (evidence-231.json)."""
import numpy as np

from .nets import DEFAULTS, PARAMETERS, Net, Normalization, numeric_gradient, train

SEED = 231


def listed(a):
    return np.asarray(a, dtype=float).tolist()


def layer(kind, groups=1):
    return Normalization(kind, DEFAULTS | {"normGroups": groups})


# ---------------------------------------------------------------- without images
def random_stream():
    r = np.random.RandomState(SEED)
    figures = {
        "random_sample_5": listed(r.random_sample(5)),
        "randn_7": listed(r.randn(7)),
        "randint_0_10_size_12": r.randint(0, 10, size=12).tolist(),
        "choice_1000_size_12": r.choice(1000, 12).tolist(),
        "randn_after_odd_3": listed(r.randn(3)),
        "randint_0_1000_size_5": r.randint(1000, size=5).tolist(),
        "choice_49000_size_5": r.choice(49_000, 5).tolist(),
        "random_sample_3": listed(r.random_sample(3)),
    }
    r = np.random.RandomState(SEED)
    many = r.randn(170_000)
    figures["randn_170000"] = {
        "sum": float(many.sum()), "last3": listed(many[-3:]), "max": float(many.max()),
        "next_randint_1000": int(r.randint(1000)),
    }
    return figures


def running_statistics():
    """The notebook's cell on test mode: 50 batches of 200 in training mode, then one in test mode."""
    r = np.random.RandomState(SEED)
    w1, w2 = r.randn(50, 60), r.randn(60, 3)
    batchnorm = layer("batchnorm")
    running = [np.zeros(3), np.zeros(3)]
    batch = lambda: np.maximum(r.randn(200, 50) @ w1, 0) @ w2
    for _ in range(50):
        _, _, statistics = batchnorm.forward(batch(), 1, 0)
        running = [0.9 * old + 0.1 * new for old, new in zip(running, statistics)]
    out = batchnorm.forward(batch(), 1, 0, running)[0]
    return {"mean": listed(out.mean(0)), "std": listed(out.std(0))}


def passes(kind, x, gamma, beta, dout, groups=1):
    """One forward and one backward pass; the latter is compared with centred differences first."""
    normalization = layer(kind, groups)
    at = {"dx": x, "dgamma": gamma, "dbeta": beta}
    if "beta" not in PARAMETERS[kind]:
        beta = at.pop("dbeta") * 0
    out, cache, _ = normalization.forward(x, gamma, beta)
    gradients = dict(zip(at, normalization.backward(dout, cache, gamma)))
    for name, gradient in gradients.items():
        numeric = numeric_gradient(lambda: normalization.forward(x, gamma, beta)[0], at[name], dout)
        np.testing.assert_allclose(gradient, numeric, rtol=1e-5, atol=1e-7)
    return {"out": listed(out), **{name: listed(gradient) for name, gradient in gradients.items()}}


def notebook_passes(kind):
    r = np.random.RandomState(SEED)
    x, gamma, beta, dout = 5 * r.randn(4, 5) + 12, r.randn(5), r.randn(5), r.randn(4, 5)
    inputs = {"x": listed(x), "gamma": listed(gamma), "beta": listed(beta), "dout": listed(dout)}
    return inputs | passes(kind, x, gamma, beta, dout)


def net_gradients(kind):
    """The notebook's nets, without and with regularization, drawn from one stream."""
    r = np.random.RandomState(SEED)
    x, y = r.randn(2, 15), r.randint(10, size=2)
    figures = {}
    for reg in (0, 3.14):
        settings = {"hiddenDims": [20, 30], "normalization": kind, "weightScale": 5e-2, "reg": reg}
        data, regularization, grads, _ = Net(settings, r, inputs=15).loss(x, y)
        figures[reg] = {
            "loss": float(data + regularization),
            "grad_abs_sum": {name: float(np.abs(g).sum()) for name, g in grads.items()},
            "grad_first3": {name: listed(g.ravel()[:3]) for name, g in grads.items()},
        }
    return figures


def notebook_figures():
    figures = {"random": random_stream(), "batchnorm_forward_test": running_statistics()}
    for kind in ("batchnorm", "layernorm"):
        figures[f"{kind}_backward_4x5"] = notebook_passes(kind)
    for kind in ("batchnorm", "layernorm", "none"):
        for reg, own in net_gradients(kind).items():
            figures[f"net_gradient_{kind}_reg_{reg}"] = own
    return figures


def layer_figures():
    r = np.random.RandomState(SEED)
    x, gamma, beta, dout = 5 * r.randn(6, 12) + 2, r.randn(12), r.randn(12), r.randn(6, 12)
    figures = {"inputs": {"x": listed(x), "gamma": listed(gamma), "beta": listed(beta), "dout": listed(dout)}}
    for kind, groups in (("rmsnorm", 1), ("groupnorm", 1), ("groupnorm", 2), ("groupnorm", 3), ("groupnorm", 12)):
        figures[f"{kind}_groups_{groups}"] = passes(kind, x, gamma, beta, dout, groups)
    return figures


# ---------------------------------------------------------------- on real CIFAR-10
def data_figures(images):
    figures = {}
    for part in ("train", "val", "test"):
        figures[f"X_{part}_first5"] = listed(images[f"X_{part}"][0][:5])
        figures[f"y_{part}_first10"] = images[f"y_{part}"][:10].tolist()
    return figures


def accuracies_of(history, part):
    return [row[f"{part}Accuracy"] for row in history["accuracies"]]


def deep_net(images):
    """The notebook builds both nets, then trains one after the other, all from one stream."""
    r = np.random.RandomState(SEED)
    nets = {kind: Net({"normalization": kind}, r) for kind in ("batchnorm", "none")}
    figures = {}
    for kind, net in nets.items():
        history = train(net, images, r)
        figures[kind] = {"loss": history["losses"], "train_accuracy": accuracies_of(history, "train"),
                         "val_accuracy": accuracies_of(history, "val")}
    return figures


def batch_sizes(images, kind):
    r = np.random.RandomState(SEED)
    rows = []
    for batch, normalization in ((5, "none"), (5, kind), (10, kind), (50, kind)):
        settings = {"normalization": normalization, "batchSize": batch, "learningRate": 10**-3.5}
        history = train(Net(settings, r), images, r)
        rows.append({
            "batch_size": batch, "normalization": normalization, "loss_every_20": history["losses"][::20],
            "train_accuracy": accuracies_of(history, "train"), "val_accuracy": accuracies_of(history, "val"),
        })
    return rows


def weight_scales(images):
    r = np.random.RandomState(SEED)
    rows = []
    for scale in np.logspace(-4, 0, 20):
        kinds = ("batchnorm", "none")
        settings = {"hiddenDims": [50] * 7, "weightScale": float(scale)}
        nets = [Net(settings | {"normalization": kind}, r) for kind in kinds]
        for kind, net in zip(kinds, nets):
            history = train(net, images, r)
            losses = history["losses"]
            rows.append({
                "weight_scale": float(scale), "normalization": kind,
                "best_train_accuracy": max(accuracies_of(history, "train")),
                "best_val_accuracy": max(accuracies_of(history, "val")),
                "final_train_loss": float(np.mean(losses[-100:])),
                "loss_first3": losses[:3], "loss_last": losses[-1],
            })
    return rows


def notebook_experiments(images):
    return {
        "data": data_figures(images),
        "deep_net_float64": deep_net(images),
        "batch_size_batchnorm_float64": batch_sizes(images, "batchnorm"),
        "batch_size_layernorm_float64": batch_sizes(images, "layernorm"),
        "weight_scale_float64": weight_scales(images),
    }


def paired(images, settings):
    r = np.random.RandomState(SEED)
    return train(Net(settings, r), images, r)


def deep_nets(images):
    kinds = {"rmsnorm": ("rmsnorm", 1), "groupnorm_5": ("groupnorm", 5), "layernorm": ("layernorm", 1)}
    return {
        f"deep_net_{name}_float64_losses":
            paired(images, {"normalization": kind, "normGroups": groups, "epochs": 3})["losses"]
        for name, (kind, groups) in kinds.items()
    }


def diagnostics(images, last_bits=None):
    """Figures of the layers, at the first iteration and at the end of each epoch. With a seed for `last_bits`, every initial
    weight is moved to one of its two neighbours, and the normalizations add their terms in another order: the figures differ by
    what rounding may do to them."""
    figures = []
    Normalization.mean_first = last_bits is None
    for scale in (1e-4, 1e-2, 0.2):
        for kind in ("batchnorm", "layernorm", "none"):
            settings = {"hiddenDims": [50] * 7, "weightScale": scale, "normalization": kind, "epochs": 2}
            r = np.random.RandomState(SEED)
            net = Net(settings, r)
            if last_bits is not None:
                signs = np.random.RandomState(last_bits)
                net.params = {name: np.nextafter(w, signs.choice([-np.inf, np.inf], w.shape)) for name, w in net.params.items()}
            history = train(net, images, r, diagnose=True)
            figures.append({"weightScale": scale, "normalization": kind,
                            "first_losses": history["losses"][:3], "points": history["diagnostics"]})
    return figures


def spread(runs):
    """By net and point, how far the figures of several runs lie apart: the greatest relative difference of one figure."""
    def apart(points):
        most = 0.0
        for rows in zip(*(point["layers"] for point in points)):
            for name in rows[0]:
                values = [row[name] for row in rows]
                size = max(map(abs, values))
                if size > 1e-12:
                    most = max(most, (max(values) - min(values)) / size)
        return most

    return [[apart(points) for points in zip(*(net["points"] for net in nets))] for nets in zip(*runs)]
