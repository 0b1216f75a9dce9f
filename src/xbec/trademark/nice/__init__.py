"""The Nice Classification: classes by filing day, classes suggested, goods sold against classes protected."""
