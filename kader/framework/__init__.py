"""What the law and the Algoritmekader say, as values: requirements, rules, risks, and the readers for them."""
