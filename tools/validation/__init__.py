"""The study of `make validation`: worlds with a known truth, what is counted over them, tables and plots."""
