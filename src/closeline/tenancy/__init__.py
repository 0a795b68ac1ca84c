"""Who may do what, at what price, and under which flags.

Roles, permissions and keys live here; plans, entitlements, limits and billing postings will. What comes in is a
subject and a wish, what goes out is a permission or an error of `closeline.domain.errors`. Every query names its
tenant, but for the one that asks whose a key is.
"""
