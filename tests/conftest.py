"""Settings that every test shares."""

from hypothesis import HealthCheck, settings

# No deadline: these are correctness tests, and a busy machine is not a fault. The blob that
# reproduces a failing example, and so its seed, is printed.
settings.register_profile(
    "mailer",
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("mailer")
