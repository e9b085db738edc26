# The same as guest.mjs, where an image has Perl: with no module but those every Perl comes with.
use strict;
use warnings;
use Errno qw(EAGAIN EWOULDBLOCK EINTR EINPROGRESS);
use Fcntl qw(F_GETFL F_SETFL O_NONBLOCK);
use Socket qw(:DEFAULT IPPROTO_TCP getaddrinfo SOCK_STREAM SHUT_WR SO_ERROR);

my $window = 256 * 1024;
my $most = 16 * 1024;
$SIG{PIPE} = 'IGNORE';
binmode STDIN;
binmode STDOUT;

sub unblock { my ($handle) = @_; fcntl($handle, F_SETFL, fcntl($handle, F_GETFL, 0) | O_NONBLOCK); }

sub write_out {
  my ($data) = @_;
  my $done = 0;
  while ($done < length $data) {
    my $count = syswrite STDOUT, $data, length($data) - $done, $done;
    if (!defined $count) { next if $!{EINTR}; exit 1; }
    $done += $count;
  }
}

sub frame { my ($kind, $channel, $payload) = @_; write_out(pack('CNn', $kind, $channel, length $payload) . $payload); }

sub listen_on {
  my ($port) = @_;
  socket(my $server, PF_INET, SOCK_STREAM, IPPROTO_TCP) or die "$!\n";
  setsockopt $server, SOL_SOCKET, SO_REUSEADDR, 1;
  bind($server, sockaddr_in($port, INADDR_LOOPBACK)) or die "$!\n";
  listen($server, 128) or die "$!\n";
  unblock($server);
  return $server;
}

sub side { my ($handle) = @_; unblock($handle); return { handle => $handle, out => '', credit => $window, ended => 0, finishing => 0, finished => 0 }; }

# What is closed now was not finished, and the other end is to know.
sub breaks { my ($side) = @_; setsockopt $side->{handle}, SOL_SOCKET, SO_LINGER, pack('ii', 1, 0); }

# How many bytes were written; undef when the connection broke.
sub flush_side {
  my ($side) = @_;
  my $done = 0;
  while (length $side->{out}) {
    my $count = syswrite $side->{handle}, $side->{out};
    if (!defined $count) { last if $!{EAGAIN} || $!{EWOULDBLOCK} || $!{EINTR}; return undef; }
    substr($side->{out}, 0, $count) = '';
    $done += $count;
  }
  if ($side->{finishing} && !length $side->{out} && !$side->{finished}) { $side->{finished} = 1; shutdown $side->{handle}, SHUT_WR; }
  return $done;
}

sub mux {
  write_out("CELLAR-MUX-1\n");
  my (%servers, %sides);
  my $ok = eval { for my $port (@_) { my $server = listen_on($port); $servers{fileno $server} = [$server, $port]; } 1 };
  if ($ok) { frame(0, 0, ''); } else { frame(0, 0, "$@"); %servers = (); }
  my ($count, $pending, $silence, $heard) = (1, '', 0, time);
  my $drop = sub { my ($channel, $tell) = @_; my $side = delete $sides{$channel} or return; breaks($side) if !($side->{ended} && $side->{finished}); close $side->{handle}; frame(4, $channel, '') if $tell; };
  my $flush = sub {
    my ($channel) = @_;
    my $side = $sides{$channel} or return;
    my $done = flush_side($side);
    return $drop->($channel, 1) if !defined $done;
    frame(5, $channel, pack('N', $done)) if $done;
    $drop->($channel, 0) if $side->{ended} && $side->{finished};
  };
  while (1) {
    my $away = $silence > 0 && time - $heard > $silence;
    # Nobody reads the other end of the stream any more: what waits here is told.
    if ($away) { $drop->($_, 0) for keys %sides; }
    my ($reads, $writes) = ('', '');
    vec($reads, 0, 1) = 1;
    vec($reads, $_, 1) = 1 for keys %servers;
    for my $side (values %sides) {
      vec($reads, fileno $side->{handle}, 1) = 1 if $side->{credit} > 0 && !$side->{ended};
      vec($writes, fileno $side->{handle}, 1) = 1 if length $side->{out};
    }
    next if select($reads, $writes, undef, 0.5) < 0;
    for my $channel (keys %sides) {
      my $side = $sides{$channel} or next;
      my $number = fileno $side->{handle};
      if (vec($writes, $number, 1)) { $flush->($channel); next if !$sides{$channel}; }
      next if !vec($reads, $number, 1);
      my $got = sysread $side->{handle}, my $data, $side->{credit} < $most ? $side->{credit} : $most;
      if (!defined $got) { $drop->($channel, 1) if !($!{EAGAIN} || $!{EWOULDBLOCK} || $!{EINTR}); }
      elsif ($got == 0) { $side->{ended} = 1; frame(3, $channel, ''); $drop->($channel, 0) if $side->{finished}; }
      else { $side->{credit} -= $got; frame(2, $channel, $data); }
    }
    for my $number (keys %servers) {
      next if !vec($reads, $number, 1);
      accept(my $handle, $servers{$number}[0]) or next;
      if ($away) { close $handle; next; }
      $sides{$count} = side($handle);
      frame(1, $count, pack('n', $servers{$number}[1]));
      $count++;
    }
    next if !vec($reads, 0, 1);
    my $got = sysread STDIN, $pending, 65536, length $pending;
    if (!defined $got) { next if $!{EINTR} || $!{EAGAIN}; return; }
    return if $got == 0;
    $heard = time;
    while (length $pending >= 7) {
      my ($kind, $channel, $length) = unpack 'CNn', $pending;
      last if length $pending < 7 + $length;
      my $payload = substr $pending, 7, $length;
      substr($pending, 0, 7 + $length) = '';
      $silence = unpack 'n', $payload if $kind == 6;
      my $side = $sides{$channel} or next;
      if ($kind == 2) { $side->{out} .= $payload; $flush->($channel); }
      elsif ($kind == 3) { $side->{finishing} = 1; $flush->($channel); }
      elsif ($kind == 4) { $drop->($channel, 0); }
      elsif ($kind == 5) { $side->{credit} += unpack 'N', $payload; }
    }
  }
}

sub forward {
  my (%servers, %sides);
  for my $pair (@_) {
    my ($port, $path) = split /=/, $pair, 2;
    my $server = listen_on($port);
    $servers{fileno $server} = [$server, $path];
  }
  write_out("listening\n");
  my $drop = sub { my @both = ($_[0], $_[0]{other}); for my $side (@both) { delete $sides{$side->{number}}; close $side->{handle}; delete $side->{other}; } };
  while (1) {
    my ($reads, $writes) = ('', '');
    vec($reads, $_, 1) = 1 for keys %servers;
    for my $number (keys %sides) {
      my $side = $sides{$number};
      vec($reads, $number, 1) = 1 if length $side->{other}{out} < $window && !$side->{ended};
      vec($writes, $number, 1) = 1 if length $side->{out};
    }
    next if select($reads, $writes, undef, undef) < 0;
    for my $number (keys %sides) {
      my $side = $sides{$number} or next;
      if (vec($writes, $number, 1) && !defined flush_side($side)) { $drop->($side); next; }
      next if !vec($reads, $number, 1);
      my $got = sysread $side->{handle}, my $data, 65536;
      if (!defined $got) { $drop->($side) if !($!{EAGAIN} || $!{EWOULDBLOCK} || $!{EINTR}); next; }
      my $other = $side->{other};
      if ($got == 0) { $side->{ended} = 1; $other->{finishing} = 1; }
      $other->{out} .= $data;
      $drop->($side) if !defined flush_side($other) || ($side->{ended} && $other->{ended} && $side->{finished} && $other->{finished});
    }
    for my $number (keys %servers) {
      next if !vec($reads, $number, 1);
      accept(my $inside, $servers{$number}[0]) or next;
      socket(my $service, PF_UNIX, SOCK_STREAM, 0) or next;
      if (!connect($service, sockaddr_un($servers{$number}[1]))) { close $inside; close $service; next; }
      my ($one, $two) = (side($inside), side($service));
      ($one->{other}, $two->{other}) = ($two, $one);
      for my $each ($one, $two) { $each->{number} = fileno $each->{handle}; $sides{$each->{number}} = $each; }
    }
  }
}

sub dial {
  my ($host, $port, $milliseconds, $text) = @_;
  my $until = time + $milliseconds / 1000 + 1;
  my ($failed, @found) = getaddrinfo($host, $port, { socktype => SOCK_STREAM });
  if ($failed || !@found) { write_out("refused\n"); return; }
  if (!socket(my $handle, $found[0]{family}, SOCK_STREAM, 0)) { write_out("refused\n"); return; }
  else {
    unblock($handle);
    if (!connect($handle, $found[0]{addr}) && !$!{EINPROGRESS}) { write_out("refused\n"); return; }
    my $bits = '';
    vec($bits, fileno $handle, 1) = 1;
    if (!select(undef, my $ready = $bits, undef, $milliseconds / 1000)) { write_out("timeout\n"); return; }
    if (unpack('i', getsockopt($handle, SOL_SOCKET, SO_ERROR))) { write_out("refused\n"); return; }
    write_out("connected\n");
    return if !defined $text;
    syswrite $handle, $text;
    my $answer = '';
    while ($answer !~ /\r\n/ && length $answer < 4096 && time < $until) {
      next if !select(my $readable = $bits, undef, undef, 0.2);
      last if !sysread $handle, $answer, 4096, length $answer;
    }
    write_out($answer);
  }
}

my ($mode, @rest) = @ARGV;
if ($mode eq 'mux') { mux(@rest); } elsif ($mode eq 'forward') { forward(@rest); } else { dial(@rest); }
