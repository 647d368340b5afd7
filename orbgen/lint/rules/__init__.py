"""The rules, one module and one page each, in folders by subject."""
