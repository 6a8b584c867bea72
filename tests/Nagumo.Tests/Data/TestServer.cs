using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Nagumo.Tests.Data;

/// <summary>A web server on this machine that can misbehave: it answers each connection as the test says.</summary>
internal sealed class TestServer : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly Func<string, NetworkStream, CancellationToken, Task> answer;
    private readonly ConcurrentQueue<string> requests = new();

    public TestServer(Func<string, NetworkStream, CancellationToken, Task> answer)
    {
        this.answer = answer;
        listener.Start();
        _ = AcceptAsync();
    }

    public string Address => $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/data/";

    /// <summary>The paths asked for.</summary>
    public IReadOnlyCollection<string> Requests => requests;

    /// <summary>Serves the tiny set; <paramref name="change"/> may change a gzipped body.</summary>
    public static TestServer OfTiny(Func<string, byte[], byte[]>? change = null) =>
        new((path, stream, cancel) => SendAsync(stream, Body(path, change), cancel));

    public static byte[] Body(string path, Func<string, byte[], byte[]>? change = null)
    {
        var name = path.Split('/')[^1].Replace(".gz", "");
        var body = Tiny.Gzip(Tiny.Files[Array.IndexOf(Tiny.Names, name)]);
        return change?.Invoke(name, body) ?? body;
    }

    public static Task SendAsync(NetworkStream stream, byte[] body, CancellationToken cancel, int? promised = null) =>
        SendAsync(stream, "200 OK", $"Content-Length: {promised ?? body.Length}", body, cancel);

    public static async Task SendAsync(NetworkStream stream, string status, string header, byte[] body, CancellationToken cancel)
    {
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\n{header}\r\nConnection: close\r\n\r\n"), cancel);
        await stream.WriteAsync(body, cancel);
    }

    public void Dispose()
    {
        stop.Cancel();
        listener.Dispose();
        stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var token = stop.Token;
        try
        {
            while (true)
            {
                _ = ServeAsync(await listener.AcceptTcpClientAsync(token), token);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException) { }
    }

    private async Task ServeAsync(TcpClient client, CancellationToken token)
    {
        using (client)
        {
            try
            {
                var stream = client.GetStream();
                var request = new StringBuilder();
                var one = new byte[1];
                while (!request.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await stream.ReadAsync(one, token) == 1)
                {
                    request.Append((char)one[0]);
                }
                var path = request.ToString().Split(' ')[1];
                requests.Enqueue(path);
                await answer(path, stream, token);
            }
            catch (Exception e) when (e is IOException or OperationCanceledException) { }
        }
    }
}
