"""What wraps events in JSON, vendor by vendor; see `registry`."""
