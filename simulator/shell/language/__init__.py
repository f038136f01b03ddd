"""The language of the simulated shell, after https://pubs.opengroup.org/onlinepubs/9699919799/utilities/V3_chap02.html."""
