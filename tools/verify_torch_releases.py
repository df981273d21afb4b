"""Reads the torch files that sae4j wrote for topk_pt, grid_pt and relu_pt with torch 2.12,
`weights_only=True`, and computes as the releases' model cards do.

What a file is stands in its name and keys, as it does for the users of the releases.
"""
import re

import torch

from verify_common import main


def top(z, k):
    best = z.topk(k, dim=-1)
    return torch.zeros_like(z).scatter_(-1, best.indices, best.values.relu())


def topk_pt(saved, x):
    state = {n: t.float() for n, t in saved["model_state_dict"].items() if t.is_floating_point()}
    for name in ("feature_activations", "steps_since_active"):
        count = saved["model_state_dict"][name]
        if count.dtype != torch.int64 or list(count.shape) != [saved["config"]["d_sae"]]:
            raise ValueError(f"{name} is {count.dtype} {list(count.shape)}")
    if list(state["W_enc"].shape) != [saved["config"]["d_in"], saved["config"]["d_sae"]]:
        raise ValueError(f"W_enc is {list(state['W_enc'].shape)}, config {saved['config']}")
    features = top(x @ state["W_enc"] + state["b_enc"], saved["config"]["k"])
    return features, features @ state["W_dec"] + state["b_dec"]


def linear(d_in, d_sae, state):
    encoder, decoder = torch.nn.Linear(d_in, d_sae), torch.nn.Linear(d_sae, d_in)
    for name, layer in (("encoder", encoder), ("decoder", decoder)):
        part = {k.split(".")[1]: t.float() for k, t in state.items() if k.startswith(name + ".")}
        layer.load_state_dict(part, strict=True)
    return encoder, decoder


def grid_pt(name, state, x):
    d_sae, d_in = state["encoder.weight"].shape
    encoder, decoder = linear(d_in, d_sae, state)
    kind, expansion, rule, value = re.fullmatch(r"(\w+)_exp([\d.]+)x_([kt])(.+)\.pt", name).groups()
    if round(float(expansion) * d_in) != d_sae:
        raise ValueError(f"{expansion}x of {d_in} is not {d_sae}")
    z = encoder(x - state["b_pre"].float())
    if (kind, rule) == ("BatchTopK", "k"):
        threshold = z.flatten().topk(int(value) * len(x)).values.min()
        features = (z * (z >= threshold)).relu()
    elif (kind, rule) == ("TopK", "k"):
        features = top(z, int(value))
    elif (kind, rule) == ("JumpReLU", "t"):
        features = (z * (z > float(value))).relu()
    else:
        raise ValueError(f"{name} is no name of a grid search")
    return features, decoder(features) + state["b_pre"].float()


def relu_pt(state, x):
    d_sae, d_in = state["encoder.weight"].shape
    encoder, decoder = linear(d_in, d_sae, state)
    features = encoder(x).relu()
    return features, decoder(features)


def forward(path, x):
    file = path if path.is_file() else next(path.glob("*.pt"))
    saved = torch.load(file, map_location="cpu", weights_only=True)
    if "model_state_dict" in saved:
        return topk_pt(saved, x)
    return grid_pt(file.name, saved, x) if "b_pre" in saved else relu_pt(saved, x)


if __name__ == "__main__":
    torch.set_num_threads(1)
    main(forward, __doc__)
