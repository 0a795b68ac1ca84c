"""What is learned or changed in versions when somebody asks: fits, calibrations, policies and limits."""
