"""The log: what became of every copy, page by page or as a stream; a copy's story, an outcome.

Every answer is a frozen value made from one reading moment. Nothing here changes a copy.
"""
