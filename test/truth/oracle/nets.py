"""NumPy's reading of a fully connected net and its training, with any settings of an experiment.

A training takes one `numpy.random.RandomState`: weights first, then a minibatch for each step. Settings have the names and
the defaults of an experiment's. Arrays are row-major, (images, features); parameters are named as in the course: W1, b1,
gamma1, beta1, .. WL, bL.
"""
import re

import numpy as np

DEFAULTS = {
    "hiddenDims": [100] * 5, "normalization": "batchnorm", "weightScale": 2e-2, "reg": 0, "dtype": "float64",
    "updateRule": "adam", "learningRate": 1e-3, "lrDecay": 1, "batchSize": 50, "epochs": 10, "trainImages": 1000,
    "normEps": 1e-5, "normMomentum": 0.9, "normGroups": 1, "adamBeta1": 0.9, "adamBeta2": 0.999, "adamEps": 1e-8,
    "sgdMomentum": 0.9, "rmspropDecay": 0.99, "hiddenWeightFactor": 1, "hiddenRateFactor": 1,
}

PARAMETERS = {
    "none": {}, "rmsnorm": {"gamma": 1},
    **{name: {"gamma": 1, "beta": 0} for name in ("batchnorm", "layernorm", "groupnorm")},
}


# ---------------------------------------------------------------- normalization
class Normalization:
    """xhat = (x - mean) / sqrt(var + eps), then gamma xhat + beta. The kinds differ in what the two statistics are over."""

    def __init__(self, kind, settings):
        self.kind, self.eps = kind, settings["normEps"]
        self.groups = settings["normGroups"] if kind == "groupnorm" else 1
        self.centred = kind != "rmsnorm"

    # The order of the terms in the backward pass.
    mean_first = True

    def _grouped(self, x):
        """(images, groups, features of a group); over the batch, the axis to reduce is the first."""
        return x.reshape(len(x), self.groups, -1)

    @property
    def axis(self):
        return 0 if self.kind == "batchnorm" else 2

    def forward(self, x, gamma, beta, statistics=None):
        """Returns the output, the cache, and the statistics used: of x, unless running ones are given."""
        x = self._grouped(x)
        if statistics is None:
            mean = x.mean(self.axis, keepdims=True) if self.centred else np.zeros(1, x.dtype)
            var = ((x - mean) ** 2).mean(self.axis, keepdims=True)
        else:
            mean, var = (self._grouped(v[None, :]) for v in statistics)
        std = np.sqrt(var + self.eps)
        xhat = (x - mean) / std
        flat = xhat.reshape(len(x), -1)
        return gamma * flat + beta, (xhat, std), (mean.ravel(), var.ravel())

    def backward(self, dout, cache, gamma):
        """Returns dx, dgamma and dbeta."""
        xhat, std = cache
        flat = xhat.reshape(dout.shape)
        d = self._grouped(dout * gamma)
        slope = (d * xhat).mean(self.axis, keepdims=True)
        mean = d.mean(self.axis, keepdims=True) if self.centred else 0
        # Two orders of one sum, which cancels: rounding shows there first.
        dx = d - mean - xhat * slope if self.mean_first else d - xhat * slope - mean
        return (dx / std).reshape(dout.shape), (dout * flat).sum(0), dout.sum(0)


# ---------------------------------------------------------------- net
class Net:
    def __init__(self, settings, random, inputs=3072, classes=10):
        self.s = s = {**DEFAULTS, **settings}
        self.dtype = np.dtype(s["dtype"])
        self.dims = dims = [inputs, *s["hiddenDims"], classes]
        self.depth = len(dims) - 1
        kind = s["normalization"]
        self.normalization = None if kind == "none" else Normalization(kind, s)
        self.params = {}
        self.running = {}
        for layer in range(1, self.depth + 1):
            d, h = dims[layer - 1], dims[layer]
            hidden = layer < self.depth
            rule = {"he": np.sqrt(2 / d), "xavier": np.sqrt(1 / d)}
            scale = rule.get(s["weightScale"], s["weightScale"]) * (s["hiddenWeightFactor"] if hidden else 1)
            self.params[f"W{layer}"] = random.randn(d, h) * scale
            self.params[f"b{layer}"] = np.zeros(h)
            if hidden:
                for name, start in PARAMETERS[kind].items():
                    self.params[f"{name}{layer}"] = np.full(h, float(start))
                if kind == "batchnorm":
                    self.running[layer] = [np.zeros(h, self.dtype), np.zeros(h, self.dtype)]
        self.params = {name: value.astype(self.dtype) for name, value in self.params.items()}

    def _normalized(self, a, layer, train):
        if self.normalization is None:
            return a, None
        gamma, beta = self.params[f"gamma{layer}"], self.params.get(f"beta{layer}", 0)
        if layer not in self.running:
            return self.normalization.forward(a, gamma, beta)[:2]
        if not train:
            return self.normalization.forward(a, gamma, beta, self.running[layer])[:2]
        out, cache, batch = self.normalization.forward(a, gamma, beta)
        keep = self.s["normMomentum"]
        self.running[layer] = [keep * old + (1 - keep) * new for old, new in zip(self.running[layer], batch)]
        return out, cache

    def forward(self, x, train):
        """Scores, and for each layer: input, preactivations, the normalization's cache, activations."""
        h, caches = x.astype(self.dtype), []
        for layer in range(1, self.depth + 1):
            a = h @ self.params[f"W{layer}"] + self.params[f"b{layer}"]
            if layer == self.depth:
                caches.append((h, a, None, None))
                return a, caches
            z, cache = self._normalized(a, layer, train)
            out = np.maximum(z, 0)
            caches.append((h, a, cache, out))
            h = out

    def scores(self, x):
        return self.forward(x, False)[0]

    def loss(self, x, y):
        """The two parts of the loss, the gradients by parameter, and what the layers were, for diagnostics."""
        scores, caches = self.forward(x, True)
        shifted = scores - scores.max(1, keepdims=True)
        log_p = shifted - np.log(np.exp(shifted).sum(1, keepdims=True))
        rows = np.arange(len(y))
        data = -log_p[rows, y].mean()
        d = np.exp(log_p)
        d[rows, y] -= 1
        d /= len(y)
        reg, grads, layers = self.s["reg"], {}, []
        for layer in range(self.depth, 0, -1):
            h, a, cache, out = caches[layer - 1]
            if layer < self.depth:
                d = d * (out > 0)
                if self.normalization is not None:
                    d, dgamma, dbeta = self.normalization.backward(d, cache, self.params[f"gamma{layer}"])
                    grads[f"gamma{layer}"] = dgamma
                    if f"beta{layer}" in self.params:
                        grads[f"beta{layer}"] = dbeta
            w = self.params[f"W{layer}"]
            grads[f"W{layer}"] = h.T @ d + reg * w
            grads[f"b{layer}"] = d.sum(0)
            layers.insert(0, {"a": a, "da": d, "out": out, "std": None if cache is None else cache[1]})
            d = d @ w.T
        squares = sum(np.sum(self.params[f"W{layer}"] ** 2) for layer in range(1, self.depth + 1))
        return data, 0.5 * reg * squares, grads, layers

    def figures_of(self, layers, grads, before):
        """The diagnostics of a step: before are the weights before it."""
        norm = np.linalg.norm
        rows = []
        for layer, values in enumerate(layers, 1):
            a, out, w = values["a"], values["out"], f"W{layer}"
            row = {
                "layer": layer, "preactivationMean": a.mean(), "preactivationStd": a.std(),
                "gradientNorm": norm(grads[w]), "preactivationGradientNorm": norm(values["da"]),
                "updateRatio": norm(self.params[w] - before[w]) / norm(before[w]),
            }
            if out is not None:
                row |= {"activationMean": out.mean(), "activationStd": out.std(),
                        "zeroShare": (out == 0).mean(), "deadShare": (out == 0).all(0).mean()}
            if values["std"] is not None:
                row["epsilonShare"] = (self.s["normEps"] / values["std"] ** 2).mean()
            rows.append({name: float(value) for name, value in row.items()})
        return rows


# ---------------------------------------------------------------- update rules
def updated(w, g, state, rate, t, s):
    """The parameter after step t, counted from 1. `state` is the parameter's own, a dict that starts empty."""
    m, v = state.get("m", np.zeros_like(w)), state.get("v", np.zeros_like(w))
    rule = s["updateRule"]
    if rule == "sgd":
        return w - rate * g
    if rule == "sgdMomentum":
        state["v"] = v = s["sgdMomentum"] * v - rate * g
        return w + v
    if rule == "rmsprop":
        decay = s["rmspropDecay"]
        state["v"] = v = decay * v + (1 - decay) * g * g
        return w - rate * g / (np.sqrt(v) + 1e-8)
    b1, b2 = s["adamBeta1"], s["adamBeta2"]
    state["m"] = m = b1 * m + (1 - b1) * g
    state["v"] = v = b2 * v + (1 - b2) * g * g
    return w - rate * (m / (1 - b1**t)) / (np.sqrt(v / (1 - b2**t)) + s["adamEps"])


# ---------------------------------------------------------------- training
MOST_MEASURED = 1000


def train(net, images, random, diagnose=False):
    """The course's Solver. images: X_train, y_train, X_val, y_val. The net ends with its best weights, the first of equals."""
    s = net.s
    x, y = images["X_train"][: s["trainImages"]], images["y_train"][: s["trainImages"]]
    n, batch = len(x), s["batchSize"]
    per_epoch = max(n // batch, 1)
    iterations = s["epochs"] * per_epoch
    rate = s["learningRate"]
    states = {name: {} for name in net.params}
    losses, data_losses, accuracies, diagnostics = [], [], [], []
    best, kept = -1, None

    def accuracy(x, y):
        predicted = [net.scores(x[i : i + 100]).argmax(1) for i in range(0, len(x), 100)]
        return float((np.concatenate(predicted) == y).mean())

    for t in range(1, iterations + 1):
        chosen = random.choice(n, batch)
        data, regularization, grads, layers = net.loss(x[chosen], y[chosen])
        losses.append(float(data + regularization))
        data_losses.append(float(data))
        ends, epoch = t % per_epoch == 0, t // per_epoch
        measured = t == 1 or ends
        before = dict(net.params)
        for name, w in net.params.items():
            affine = re.fullmatch(r"[Wb](\d+)", name)
            hidden = affine is not None and int(affine[1]) < net.depth
            own = rate * s["hiddenRateFactor"] if hidden else rate
            net.params[name] = updated(w, grads[name], states[name], own, t, s)
        if measured and diagnose:
            diagnostics.append({"iteration": t, "epoch": epoch, "layers": net.figures_of(layers, grads, before)})
        if ends:
            rate *= s["lrDecay"]
        if measured:
            sample = random.choice(n, MOST_MEASURED) if n > MOST_MEASURED else slice(None)
            on_train = accuracy(x[sample], y[sample])
            on_val = accuracy(images["X_val"], images["y_val"])
            accuracies.append({"epoch": epoch, "trainAccuracy": on_train, "valAccuracy": on_val})
            if on_val > best:
                best = on_val
                kept = dict(net.params), {layer: list(v) for layer, v in net.running.items()}
    net.params, net.running = kept
    history = {"losses": losses, "accuracies": accuracies}
    if s["reg"] > 0:
        history["lastEpochDataLoss"] = float(np.mean(data_losses[-per_epoch:]))
    if diagnose:
        history["diagnostics"] = diagnostics
    return history


# ---------------------------------------------------------------- numeric gradients
def numeric_gradient(f, x, weights, h=1e-5):
    """The centred differences of sum(weights f()) with respect to x, which f reads."""
    g = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        old = x[i]
        x[i] = old + h
        up = f()
        x[i] = old - h
        down = f()
        x[i] = old
        g[i] = ((up - down) * weights).sum() / (2 * h)
    return g
