"""Parsing in processes that can be killed: the pool here, the loop there, the pipe between."""
