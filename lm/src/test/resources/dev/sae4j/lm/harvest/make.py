"""Records how SAELens and sparsify pack: contexts as strings, a character a token, \\x01 BOS, $ EOS.

Text i is the letter i % 26 of the alphabet, (i * i) % 7 + 1 times.
"""
import json, os
import torch
from datasets import Dataset
from sae_lens.tokenization_and_batching import concat_and_batch_sequences
from sparsify.data import chunk_and_tokenize
from tokenizers import Tokenizer, models, pre_tokenizers, Regex, processors
from transformers import PreTrainedTokenizerFast

texts = lambda n: [chr(97 + i % 26) * ((i * i) % 7 + 1) for i in range(n)]
cases = []
for size in (2, 3, 5, 8, 16):
    for separator, token in (("bos", 1), ("eos", 36), ("none", None)):
        rows = concat_and_batch_sequences(
            (torch.tensor([ord(c) for c in t]) for t in texts(40)), size,
            begin_batch_token_id=1, sequence_separator_token_id=token)
        cases.append(dict(rule="saelens", separator=separator, adds_bos=True, context=size, texts=40,
                          contexts=["".join(map(chr, r.tolist())) for r in rows]))
for adds_bos in (False, True):
    vocab = {chr(c): c for c in range(0, 128)}
    tok = Tokenizer(models.WordLevel(vocab, unk_token="?"))
    tok.pre_tokenizer = pre_tokenizers.Split(Regex("."), "isolated")
    if adds_bos:
        tok.post_processor = processors.TemplateProcessing("\x01 $A", "\x01 $A \x01 $B", [("\x01", 1)])
    fast = PreTrainedTokenizerFast(tokenizer_object=tok, bos_token="\x01", eos_token="$")
    for size, n in ((8, 40), (16, 2100)):
        data = chunk_and_tokenize(Dataset.from_dict({"text": texts(n)}), fast, max_seq_len=size, num_proc=1,
                                  load_from_cache_file=False)
        rows = ["".join(map(chr, r.tolist())) for r in data["input_ids"]]
        cases.append(dict(rule="sparsify", separator="eos", adds_bos=adds_bos, context=size, texts=n, contexts=rows))
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "packed.json")
json.dump(cases, open(path, "w"), ensure_ascii=True, separators=(",", ":"))
