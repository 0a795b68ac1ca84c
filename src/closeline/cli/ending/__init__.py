"""How picks ended: grades, results that wait for a person, closing lines."""
