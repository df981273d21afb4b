"""Reads files that sae4j wrote for openai/sparse_autoencoder with torch 2.12, `weights_only=True`.

That repository is no installable package; what follows is its `Autoencoder.from_state_dict` and
forward pass (commit 4965b94) in plain torch, with its strict check of names and shapes.
"""
import torch

from verify_common import main


def forward(path, x):
    state = torch.load(path, map_location="cpu", weights_only=True)
    activation = state.pop("activation", "ReLU")
    rule = state.pop("activation_state_dict", {})
    width, d = state["encoder.weight"].shape
    shapes = {
        "pre_bias": [d],
        "latent_bias": [width],
        "stats_last_nonzero": [width],
        "latents_activation_frequency": [width],
        "latents_mean_square": [width],
        "encoder.weight": [width, d],
        "decoder.weight": [d, width],
    }
    found = {name: list(tensor.shape) for name, tensor in state.items()}
    if found != shapes:
        raise ValueError(f"state dict is {found}, expected {shapes}")
    w = {name: tensor.float() for name, tensor in state.items()}
    mean, deviation = torch.zeros(len(x), 1), torch.ones(len(x), 1)
    if activation == "TopK":
        mean = x.mean(dim=-1, keepdim=True)
        deviation = x.std(dim=-1, keepdim=True)
        x = (x - mean) / (deviation + 1e-5)
    z = (x - w["pre_bias"]) @ w["encoder.weight"].T + w["latent_bias"]
    if activation == "TopK":
        top = torch.topk(z, k=rule["k"], dim=-1)
        values = top.values.relu() if rule["postact_fn"] == "ReLU" else top.values
        features = torch.zeros_like(z).scatter_(-1, top.indices, values)
    else:
        features = {"ReLU": torch.relu, "Identity": lambda v: v}[activation](z)
    out = features @ w["decoder.weight"].T + w["pre_bias"]
    return features, out * deviation + mean


if __name__ == "__main__":
    torch.set_num_threads(1)
    main(forward, __doc__)
