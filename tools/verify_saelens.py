"""Reads folders that sae4j wrote with sae-lens 6.54.12: `SAE.load_from_disk`, features and reconstructions.

Transcoders are called with `forward_with_activations`: their `decode` leaves the skip connection out.
"""
import logging
import os
import warnings

import torch

from verify_common import main

os.environ.setdefault("HF_HUB_OFFLINE", "1")
warnings.filterwarnings("ignore")


def forward(folder, x):
    from sae_lens import SAE

    logging.getLogger("sae_lens").setLevel(logging.ERROR)
    sae = SAE.load_from_disk(folder, device="cpu", dtype="float32")
    if hasattr(sae, "forward_with_activations"):
        reconstruction, features = sae.forward_with_activations(x)
        return features, reconstruction
    features = sae.encode(x)
    return features, sae.decode(features)


if __name__ == "__main__":
    torch.set_num_threads(1)
    main(forward, __doc__)
