"""Believable logs, made when somebody reads them: no line is kept, and any past moment can be asked for."""
