"""Writes the files of this folder as Python's tools write them: pyarrow, json, csv, gzip, zstandard."""
import csv, gzip, json, os
import pyarrow as pa, pyarrow.parquet as pq
import zstandard

os.chdir(os.path.dirname(os.path.abspath(__file__)))
lines = ["one, two", "", 'say "hi"', "thrée 😀", None, "  ", "a\ttab", "last"]
texts = [t if t is None or i else "one,\ntwo" for i, t in enumerate(lines)]
rows = [{"id": i, "text": t, "source": "s%d" % i} for i, t in enumerate(texts)]

def both(name, data):
    open(name, "wb").write(data)
    open(name + ".gz", "wb").write(gzip.compress(data, mtime=0))
    open(name + ".zst", "wb").write(zstandard.compress(data))

both("docs.txt", "\n".join((t or "").replace("\n", " ") for t in texts).encode())
both("docs.jsonl", "".join(json.dumps(r, ensure_ascii=i % 2 == 0) + "\n" for i, r in enumerate(rows)).encode())
json.dump(rows, open("docs.json", "w"), indent=1)
for name, dialect in (("docs.csv", "excel"), ("docs.tsv", "excel-tab")):
    with open(name, "w", newline="") as f:
        w = csv.DictWriter(f, ["id", "text", "source"], dialect=dialect)
        w.writeheader()
        w.writerows(rows)
pq.write_table(pa.Table.from_pylist(rows), "docs.parquet", row_group_size=2, compression="zstd")
chat = [
    [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}],
    [],
    [{"role": "user", "content": "1+1?"}, {"role": "assistant", "content": "2"}],
]
table = [{"messages": c, "source": "s", "meta": {"note": "n%d" % i}} for i, c in enumerate(chat)]
pq.write_table(pa.Table.from_pylist(table), "chat.parquet")
open("chat.jsonl", "w").write("".join(json.dumps(r) + "\n" for r in table))
other = [{"conversations": [{"from": {"user": "human", "assistant": "gpt"}[m["role"]], "value": m["content"]} for m in c]} for c in chat]
open("sharegpt.jsonl", "w").write("".join(json.dumps(r) + "\n" for r in other))
