"""Converts recorded SAEs with `./sae4j convert` and checks the results in the original libraries.

    tools/verify_written.py [FORMAT ...]

Needs Python with torch 2.12, sae-lens 6.54.12, dictionary-learning 0.1.0 and eai-sparsify 1.3.3, and
`./sae4j` built. Each line of CASES is a format, the script that reads it, and the ids of the recorded
cases (fixtures/checkpoints/manifest.json) that are written in it: of its own kind and of others.
"""
import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CHECKPOINTS = ROOT / "fixtures" / "checkpoints"

CASES = {
    "saelens": (
        "verify_saelens.py",
        """saelens-standard saelens-standard-bfloat16 saelens-standard-no-bdec saelens-standard-layer-norm
        saelens-standard-constant-norm saelens-topk saelens-topk-rescale saelens-topk-layer-norm saelens-abstopk
        saelens-abstopk-rescale saelens-jumprelu saelens-jumprelu-threshold-signs saelens-gated saelens-transcoder
        saelens-skip-transcoder saelens-jumprelu-transcoder saelens-jumprelu-skip-transcoder saelens-matching-pursuit
        saelens-run-topk-checkpoint-3904 saelens-run-whitening-checkpoint-3904 saelens-legacy-topk-activation-fn
        seed-000-topk seed-001-TopK_exp4x_k4 seed-001-JumpReLU_exp4x_t0.5 seed-002-linear-00-50M seed-003-snap
        seed-004-batchtopk dl-standard dl-gated dl-topk dl-batchtopk dl-matryoshka dl-jumprelu openai-v5-topk
        openai-v4-relu gemma-scope-res gemma-scope-2-resid-post gemma-scope-2-transcoder-affine llama-scope qwen-scope
        goodfire bart-topk bart-jumprelu""",
    ),
    "dictionary_learning": (
        "verify_dictionary_learning.py",
        """dl-standard dl-autoencoder-new dl-gated dl-topk dl-batchtopk dl-batchtopk-normalized dl-matryoshka dl-jumprelu
        dl-square-standard saelens-standard saelens-standard-no-bdec saelens-topk saelens-jumprelu saelens-gated
        seed-000-topk seed-002-linear-00-50M seed-003-snap sparsify-layers.2 gemma-scope-res llama-scope""",
    ),
    "sparsify": (
        "verify_sparsify.py",
        """sparsify-layers.2 sparsify-layers.10 sparsify-layers.10.mlp sparsify-groupmax sparsify-transcoder
        sparsify-transcoder-skip saelens-topk dl-topk seed-000-topk""",
    ),
    "openai": (
        "verify_openai.py",
        "openai-v5-topk openai-v5-topk-large-k openai-topk-identity openai-v4-relu saelens-topk-layer-norm saelens-standard",
    ),
    "gemma_scope": (
        "verify_gemma_scope.py",
        "gemma-scope-res gemma-scope-transcoder saelens-jumprelu saelens-standard dl-jumprelu dl-batchtopk llama-scope",
    ),
    "topk_pt": ("verify_torch_releases.py", "seed-000-topk saelens-topk dl-topk"),
    "grid_pt": (
        "verify_torch_releases.py",
        "seed-001-BatchTopK_exp8x_k8 seed-001-TopK_exp4x_k4 seed-001-JumpReLU_exp4x_t0.5 seed-003-standard dl-topk",
    ),
    "relu_pt": ("verify_torch_releases.py", "seed-002-w-names-00-50M saelens-standard goodfire dl-standard"),
}


def convert(case, target, place):
    """What `./sae4j convert` wrote."""
    folder = CHECKPOINTS / case["dir"]
    out = place / case["id"]
    if case["id"] == "gemma-scope-transcoder":
        out = place / "transcoder" / case["id"]
    elif target == "openai":
        out = out / "8.pt"
    command = ["./sae4j", "convert", "--quiet", str(folder / case["load"]), str(out), "--to", target]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}\n{done.stderr}")
    return out


def main():
    manifest = json.loads((CHECKPOINTS / "manifest.json").read_text())
    cases = {c["id"]: c for c in manifest["cases"]}
    failed = []
    for target in sys.argv[1:] or CASES:
        script, ids = CASES[target]
        with tempfile.TemporaryDirectory() as scratch:
            pairs = []
            for name in ids.split():
                case = cases[name]
                pairs += [convert(case, target, Path(scratch)), CHECKPOINTS / case["dir"] / case["expected"]]
            print(f"== {target}", flush=True)
            tool = ROOT / "tools" / script
            if subprocess.run([sys.executable, tool, *map(str, pairs)]).returncode != 0:
                failed.append(target)
    sys.exit(f"failed: {', '.join(failed)}" if failed else 0)


if __name__ == "__main__":
    main()
