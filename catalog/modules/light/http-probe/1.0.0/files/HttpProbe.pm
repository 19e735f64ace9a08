# One HTTP request over a plain socket, for http-probe and with-service. Only modules of perl-base.
package HttpProbe;
use strict;
use warnings;
use IO::Socket::INET;
use Exporter 'import';
our @EXPORT_OK = qw(parse_url request);

use constant MAX_RESPONSE_BYTES => 4 * 1024 * 1024;

# parse_url(URL): (host, port, path); dies when it isn't a plain http URL.
sub parse_url {
    my ($url) = @_;
    my ($host, $port, $path) = $url =~ m{^http://([\w.-]+)(?::(\d+))?(/\S*)?$}
        or die "'$url' is not a URL that I can ask; write http://HOST[:PORT]/PATH\n";
    return ($host, $port // 80, $path // '/');
}

# request(%args): {status, headers, body}, header names in lower case. Dies with one plain line when
# there is no answer within args{timeout} seconds.
sub request {
    my (%args) = @_;
    my ($host, $port) = @args{qw(host port)};
    my $response = '';
    local $SIG{ALRM} = sub { die "no answer from $host:$port in $args{timeout} s\n" };
    local $SIG{PIPE} = 'IGNORE';
    alarm $args{timeout};
    my $done = eval {
        my $socket = IO::Socket::INET->new(
            PeerAddr => $host, PeerPort => $port, Proto => 'tcp')
            or die "can't connect to $host:$port: $!\n";
        print {$socket} request_text(%args);
        while ($socket->sysread($response, 65536, length $response)) {
            die "the answer is longer than I read\n" if length $response > MAX_RESPONSE_BYTES;
        }
        1;
    };
    my $error = $@;
    alarm 0;
    die $error unless $done;
    return parse_response($response);
}

sub request_text {
    my (%args) = @_;
    my $body = $args{body} // '';
    my @lines = ("$args{method} $args{path} HTTP/1.1", "Host: $args{host}:$args{port}",
        'User-Agent: http-probe', 'Connection: close');
    push @lines, 'Content-Type: application/json', 'Content-Length: ' . length $body
        if length $body;
    return join("\r\n", @lines) . "\r\n\r\n" . $body;
}

sub parse_response {
    my ($text) = @_;
    my ($head, $body) = split /\r\n\r\n/, $text, 2;
    my ($first, @lines) = split /\r\n/, $head // '';
    my ($status) = ($first // '') =~ m{^HTTP/1\.[01] (\d{3})}
        or die "what came back is not HTTP\n";
    my %headers = map { /^([^:]+):\s*(.*?)\s*$/ ? (lc $1 => $2) : () } @lines;
    $body = dechunk($body // '') if ($headers{'transfer-encoding'} // '') =~ /chunked/i;
    return {status => $status, headers => \%headers, body => $body // ''};
}

sub dechunk {
    my ($rest) = @_;
    my $body = '';
    while ($rest =~ s/^([0-9A-Fa-f]+)[^\r]*\r\n//) {
        my $size = hex $1 or last;
        $body .= substr($rest, 0, $size, '');
        $rest =~ s/^\r\n//;
    }
    return $body;
}

1;
