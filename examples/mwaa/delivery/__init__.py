"""Delivers DAGs, plugins and requirements to Amazon MWAA: see README.md beside this folder."""
