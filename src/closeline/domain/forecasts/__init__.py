"""What a forecast is made of besides ratings: adjustments, absences, and how it is evaluated."""
