# The configuration that ExifTool runs with: none but ours, so that no other file of the machine changes what it says.
# ExifTool waits for further files even when its input has ended. It must not outlive the Core that started it.

my $parent = eval { getppid() };
if (defined $parent) {
    $SIG{ALRM} = sub { exit 1 if getppid() != $parent; alarm 5 };
    alarm 5;
}
1;
