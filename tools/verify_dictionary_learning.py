"""Reads folders that sae4j wrote with dictionary_learning 0.1.0 (torch 2.12): `load_dictionary`.

Of an AutoEncoder the features are compared as stored: load_dictionary rescales its decoder, which
is checked to give the same reconstruction.
"""
import contextlib
import os

import torch

from verify_common import difference, main


def forward(folder, x):
    from dictionary_learning.dictionary import AutoEncoder
    from dictionary_learning.utils import load_dictionary

    with open(os.devnull, "w") as null, contextlib.redirect_stdout(null):
        dictionary, _ = load_dictionary(str(folder), device="cpu")
        if isinstance(dictionary, AutoEncoder):
            stored = AutoEncoder.from_pretrained(
                str(folder / "ae.pt"), device="cpu", normalize_decoder=False
            )
            if difference(dictionary.float()(x), stored.float()(x)) > 1e-4:
                raise ValueError("load_dictionary changes the reconstruction")
            dictionary = stored
    dictionary = dictionary.float()
    features = dictionary.encode(x)
    return features, dictionary.decode(features)


if __name__ == "__main__":
    torch.set_num_threads(1)
    main(forward, __doc__)
