"""The examination of a US application: its rules by filing basis, and the list an examiner would write."""
