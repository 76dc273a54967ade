"""Many runs that do not depend on each other, on one machine or many: data × configurations × seeds × null worlds.

`plan` reads what is to be done, `task` does one piece, `engines` do all of them, `store` keeps what is done, `summary`
says what came out. May import training and what is below it; only `cli` imports it.
"""
