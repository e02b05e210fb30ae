"""How a picture was generated: the texts in it, the programs that write them, and one form for all."""
