"""Reads folders that sae4j wrote with sparsify (eai-sparsify 1.3.3, torch 2.12):
`SparseCoder.load_from_disk`."""
import contextlib
import os

os.environ.setdefault("SPARSIFY_DISABLE_TRITON", "1")

import torch

from verify_common import main


def forward(folder, x):
    with open(os.devnull, "w") as null, contextlib.redirect_stdout(null):
        from sparsify import SparseCoder
    coder = SparseCoder.load_from_disk(folder, device="cpu").float()
    top = coder.encode(x)
    features = torch.zeros(len(x), coder.num_latents)
    features.scatter_add_(1, top.top_indices, top.top_acts)
    return features, coder(x).sae_out


if __name__ == "__main__":
    torch.set_num_threads(1)
    main(forward, __doc__)
