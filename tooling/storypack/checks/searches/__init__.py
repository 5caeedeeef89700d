"""Rules about searches. Every text of the pack that holds SPL is read once (`reading.py`), and each rule is called for
each reading; `world.py` is what a search may refer to. Rules see nothing else of the pack, which is why what they
found may be kept for the next run (`cache.py`)."""
