"""Reads archives that sae4j wrote for Gemma Scope, as numpy 2 and sae-lens 6.54.12 read them.

sae-lens gets the written folder through its own loader, `gemma_2` or, where a name says so,
`gemma_2_transcoder`, as if it had been downloaded.
"""
import logging
import os
import warnings

import torch

from verify_common import main

os.environ.setdefault("HF_HUB_OFFLINE", "1")
warnings.filterwarnings("ignore")


def forward(path, x):
    import numpy
    import sae_lens.loading.pretrained_sae_loaders as loaders
    from sae_lens import SAE

    logging.getLogger("sae_lens").setLevel(logging.ERROR)
    file = path if path.suffix == ".npz" else path / "params.npz"
    with numpy.load(file, allow_pickle=False) as archive:
        d_in, d_sae = archive["W_enc"].shape
    transcoder = "transcoder" in str(file)
    load = loaders.NAMED_PRETRAINED_SAE_LOADERS["gemma_2_transcoder" if transcoder else "gemma_2"]

    def converter(repo_id, folder_name, device, force_download, cfg_overrides):
        sizes = {"d_in": d_in, "d_sae": d_sae, **({"d_out": d_in} if transcoder else {})}
        return load(repo_id, folder_name, device=device, cfg_overrides=sizes)

    download = loaders.hf_hub_download
    loaders.hf_hub_download = lambda *_, **__: str(file)
    try:
        sae = SAE.from_pretrained(
            "google/gemma-scope-2b-pt-res",
            "layer_0/width_16k/average_l0_0",
            device="cpu",
            dtype="float32",
            converter=converter,
        )
    finally:
        loaders.hf_hub_download = download
    features = sae.encode(x)
    return features, sae.decode(features)


if __name__ == "__main__":
    torch.set_num_threads(1)
    main(forward, __doc__)
