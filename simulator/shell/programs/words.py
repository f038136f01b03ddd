"""What the simulation says about itself."""

BANNER = "This shell is simulated: nothing that it runs is a process of any machine. Try `help`."

HELP = """This shell is simulated. It knows the POSIX shell language (quotes, variables, $(...), pipes, && || ;, &,
redirections, if, while, for, case, functions) and these commands:

  files      ls cat cd pwd mkdir rmdir rm cp mv ln touch chmod find stat du df readlink
  text       echo printf head tail grep wc sort uniq cut tr sed tee nl rev tac less more vi base64 sha256sum md5sum
  processes  ps top kill killall pidof sleep timeout nohup setsid jobs fg wait trap exit
  system     date uname hostname whoami id uptime free env export unset which nproc
  network    curl wget (to localhost), nslookup ping (refused)
  terminal   clear reset stty tty history help

Nothing is kept when the container ends.
"""
