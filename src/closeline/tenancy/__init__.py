"""Who may do what, at what price, and under which flags.

Still empty. Subjects, roles, keys, plans, entitlements, limits, billing postings and the audit of all of
them will live here. What comes in is a subject and a wish, what goes out is a permission or an error of
`closeline.domain.errors`. Every query names its tenant.
"""
