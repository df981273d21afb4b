"""What the verify_*.py scripts share: comparing with recorded features, and the exit status.

Each script takes pairs of what `sae4j convert` wrote and a safetensors file with `x` [N, d_in],
`features` [N, d_sae] and `reconstruction` [N, d_out], such as the expected.safetensors of a recorded
checkpoint; it reads the first with the original library and compares. One line is printed per
check; the exit status is 1 if any failed.
"""
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file

# Relative to the largest value; the same formulas in float64 differ by less than 1e-6.
BOUND = 1e-5


def difference(found, expected):
    return ((found - expected).abs().max() / expected.abs().max().clamp_min(1e-30)).item()


def main(forward, usage):
    """forward(path, x) gives features and reconstruction."""
    arguments = sys.argv[1:]
    if not arguments or len(arguments) % 2:
        sys.exit(f"{usage.strip()}\n\nusage: {sys.argv[0]} WRITTEN EXPECTED.safetensors ...")
    failed = 0
    for written, expected in zip(arguments[::2], arguments[1::2]):
        recorded = load_file(expected)
        try:
            with torch.no_grad():
                features, reconstruction = forward(Path(written), recorded["x"])
            worst = max(
                difference(features.float(), recorded["features"]),
                difference(reconstruction.float(), recorded["reconstruction"]),
            )
            same = bool(((features != 0) == (recorded["features"] != 0)).all())
            good = same and worst <= BOUND
            detail = f"worst {worst:.1e}, active features {'equal' if same else 'DIFFER'}"
        except Exception as e:  # a library that refuses the file is a finding, not a crash
            good, detail = False, f"{type(e).__name__}: {e}"
        failed += not good
        print(f"{'ok  ' if good else 'FAIL'} {written}: {detail}")
    sys.exit(1 if failed else 0)
