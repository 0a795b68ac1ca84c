"""Operations of features that are still to come, so that a run says what it left out and cannot hide it.

Whoever builds a feature writes its operations and takes its lines out of here: a test refuses both at once.
"""

LATER = {
    "p_over": "player props",
    "fit_gamma_parameters": "player props",
    "prop_decision": "player props",
    "negbin_probs": "player props",
    "crps_gamma": "player props",
    "pit_gamma_lattice": "player props",
    "pra_moments": "player props",
}
