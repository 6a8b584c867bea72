using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Nagumo.Data;

/// <summary>The folder that keeps downloaded data sets, uncompressed, one folder per set.</summary>
/// <remarks>A file is believed only while its SHA-256 is right: after a download and again at every load. A damaged file is moved aside
/// (<c>.corrupt</c>) and fetched again. Files appear whole or not at all, and processes that want the same set at once take turns.</remarks>
public sealed class DataStore
{
    /// <summary>The environment variable that names the folder.</summary>
    public const string FolderVariable = "NAGUMO_DATA";

    private static readonly TimeSpan lockPoll = TimeSpan.FromMilliseconds(50);

    /// <param name="folder">The folder, made when first needed; null for <see cref="DefaultFolder()"/>.</param>
    public DataStore(string? folder = null)
    {
        Folder = Path.GetFullPath(folder ?? DefaultFolder());
    }

    /// <summary>The folder as a full path; it need not exist yet.</summary>
    public string Folder { get; }

    /// <summary>A download that brings no byte for this long has failed.</summary>
    internal TimeSpan Stall { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary><c>NAGUMO_DATA</c>, else <c>XDG_CACHE_HOME/nagumo</c>, else <c>~/.cache/nagumo</c> (on Windows the local application data).</summary>
    public static string DefaultFolder() => DefaultFolder(Environment.GetEnvironmentVariable);

    internal static string DefaultFolder(Func<string, string?> variable)
    {
        if (variable(FolderVariable) is { Length: > 0 } chosen)
        {
            return chosen;
        }
        if (OperatingSystem.IsWindows())
        {
            return Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "nagumo");
        }
        // The XDG specification ignores relative paths.
        return variable("XDG_CACHE_HOME") is { } cache && Path.IsPathRooted(cache)
            ? Path.Combine(cache, "nagumo")
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache", "nagumo");
    }

    /// <summary>The verified bytes of the recipe's files if all of them are in the folder; touches neither network nor disk otherwise.</summary>
    internal byte[][]? TryRead(Recipe recipe)
    {
        var found = new byte[]?[recipe.Files.Count];
        ReadHere(recipe, found, new List<string>(), setAside: false);
        return Whole(found);
    }

    /// <summary>The verified bytes of the recipe's files, from the folder or else from the recipe's sources in order.</summary>
    internal async Task<byte[][]> ReadAsync(Recipe recipe, IProgress<DataProgress>? progress, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var found = new byte[]?[recipe.Files.Count];
        ReadHere(recipe, found, new List<string>(), setAside: false);
        if (Whole(found) is { } cached)
        {
            return cached;
        }
        using var turn = await TakeTurnAsync(recipe, progress, cancel).ConfigureAwait(false);
        var trouble = new List<string>();
        ReadHere(recipe, found, trouble, setAside: true);
        foreach (var remark in trouble)
        {
            progress?.Report(new DataProgress("", 0, null, Folder, remark));
        }
        AtomicFile.RemoveStale(FolderOf(recipe));
        foreach (var source in recipe.Sources)
        {
            var missing = recipe.Files.Where((_, i) => found[i] is null).ToArray();
            if (missing.Length == 0)
            {
                break;
            }
            progress?.Report(new DataProgress("", 0, null, source.Name, $"{recipe.Name}: trying {source.Name}"));
            if (await TryFetchAsync(recipe, source, missing, found, progress, cancel).ConfigureAwait(false) is { } failure)
            {
                trouble.Add(failure);
                progress?.Report(new DataProgress("", 0, null, source.Name, failure));
            }
        }
        return Whole(found) ?? throw new DataAcquisitionException(Explain(recipe, trouble));
    }

    private string FolderOf(Recipe recipe) => Path.Combine(Folder, recipe.Name);

    private static byte[][]? Whole(byte[]?[] found)
    {
        var whole = found.OfType<byte[]>().ToArray();
        return whole.Length == found.Length ? whole : null;
    }

    private string Explain(Recipe recipe, List<string> trouble) =>
        $"{recipe.Name} could not be acquired: {string.Join("; ", trouble)}. Set {FolderVariable} (now {Folder}) to a folder holding the four "
        + $"IDX files ({string.Join(", ", recipe.Files.Select(f => f.Name))}; .gz is fine), or use mnist-mini, which ships inside.";

    /// <summary>Looks for the files in the folder: the set's own, uncompressed; then what a user may have put there.</summary>
    private void ReadHere(Recipe recipe, byte[]?[] found, List<string> trouble, bool setAside)
    {
        for (var i = 0; i < found.Length; i++)
        {
            var file = recipe.Files[i];
            foreach (var path in Candidates(recipe, file).TakeWhile(_ => found[i] is null))
            {
                if (TryReadVerified(path, file, out found[i], out var reason))
                {
                    continue;
                }
                var fate = setAside && path == Own(recipe, file) ? SetAside(path) : "ignored";
                trouble.Add($"{path}: {reason}, {fate}");
            }
        }
    }

    private string Own(Recipe recipe, DataFile file) => Path.Combine(FolderOf(recipe), file.Name);

    /// <summary>Where a file may lie: in the set's folder or the store's, as the set names it or as some mirrors do (idx3-ubyte behind a dot), packed or not.</summary>
    private IEnumerable<string> Candidates(Recipe recipe, DataFile file) =>
        from folder in new[] { FolderOf(recipe), Folder }
        from name in new[] { file.Name, file.Name.Replace("-idx", ".idx", StringComparison.Ordinal) }
        from packed in new[] { "", ".gz" }
        let path = Path.Combine(folder, name + packed)
        where File.Exists(path)
        select path;

    /// <summary>What is wrong with the set's files that are here, a sentence a file; empty when all are here and right. Changes nothing.</summary>
    internal IReadOnlyList<string> Faults(Recipe recipe)
    {
        var faults = new List<string>();
        foreach (var file in recipe.Files)
        {
            var reasons = new List<string>();
            var intact = false;
            foreach (var path in Candidates(recipe, file))
            {
                intact |= TryReadVerified(path, file, out _, out var reason);
                if (reason is not null)
                {
                    reasons.Add($"{path}: {reason}");
                }
            }
            if (!intact)
            {
                faults.AddRange(reasons.DefaultIfEmpty($"{Own(recipe, file)} is not there"));
            }
        }
        return faults;
    }

    private static string SetAside(string path)
    {
        try
        {
            File.Move(path, path + ".corrupt", overwrite: true);
            return $"moved to {Path.GetFileName(path)}.corrupt";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "ignored";
        }
    }

    private static bool TryReadVerified(string path, DataFile file, out byte[]? bytes, out string? reason)
    {
        bytes = null;
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
            if (!path.EndsWith(".gz", StringComparison.Ordinal))
            {
                return TryReadPlain(stream, file, out bytes, out reason);
            }
            var packed = new byte[stream.Length];
            stream.ReadExactly(packed);
            var unpacked = Idx.Gunzip(packed, file.Bytes, file.Name);
            reason = Mismatch(unpacked, file);
            bytes = reason is null ? unpacked : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            reason = e.Message.TrimEnd('.');
        }
        return bytes is not null;
    }

    /// <summary>Hashes each block right after reading it, while it is in the processor's cache.</summary>
    private static bool TryReadPlain(FileStream stream, DataFile file, [NotNullWhen(true)] out byte[]? bytes, out string? reason)
    {
        bytes = null;
        if (stream.Length != file.Bytes)
        {
            reason = $"{stream.Length} bytes instead of {file.Bytes}";
            return false;
        }
        var whole = GC.AllocateUninitializedArray<byte>((int)file.Bytes);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var at = 0; at < whole.Length; )
        {
            var block = whole.AsSpan(at, Math.Min(1 << 18, whole.Length - at));
            stream.ReadExactly(block);
            hash.AppendData(block);
            at += block.Length;
        }
        reason = IsRight(hash.GetHashAndReset(), file) ? null : "its SHA-256 is wrong";
        bytes = reason is null ? whole : null;
        return bytes is not null;
    }

    private static string? Mismatch(byte[] bytes, DataFile file) =>
        bytes.Length > file.Bytes ? $"more than {file.Bytes} bytes"
        : bytes.Length < file.Bytes ? $"{bytes.Length} bytes instead of {file.Bytes}"
        : IsRight(SHA256.HashData(bytes), file) ? null
        : "its SHA-256 is wrong";

    private static bool IsRight(ReadOnlySpan<byte> hash, DataFile file) => hash.SequenceEqual(Convert.FromHexString(file.Sha256));

    /// <summary>Fetches what the source has into <paramref name="found"/> and the folder; returns why something is still missing, or null.</summary>
    private async Task<string?> TryFetchAsync(
        Recipe recipe,
        IDataSource source,
        DataFile[] missing,
        byte[]?[] found,
        IProgress<DataProgress>? progress,
        CancellationToken cancel
    )
    {
        async Task Deliver(DataFile file, Stream content, long? length, CancellationToken token)
        {
            var bytes = await ReceiveAsync(file, content, length, source.Name, progress, token).ConfigureAwait(false);
            token.ThrowIfCancellationRequested();
            Keep(Path.Combine(FolderOf(recipe), file.Name), bytes);
            found[recipe.Files.IndexOf(file)] = bytes;
        }
        try
        {
            await source.FetchAsync(missing, Deliver, cancel).ConfigureAwait(false);
        }
        catch (Exception e)
            when (e is SourceException or HttpRequestException or IOException or InvalidDataException or UnauthorizedAccessException
                || e is OperationCanceledException && !cancel.IsCancellationRequested
            )
        {
            return $"{source.Name}: {e.Message.TrimEnd('.')}";
        }
        var lacking = missing.FirstOrDefault(f => found[recipe.Files.IndexOf(f)] is null);
        return lacking is null ? null : $"{source.Name}: holds no {lacking.Name}";
    }

    private async Task<byte[]> ReceiveAsync(
        DataFile file,
        Stream content,
        long? length,
        string source,
        IProgress<DataProgress>? progress,
        CancellationToken cancel
    )
    {
        using var received = new MemoryStream();
        var buffer = new byte[1 << 17];
        while (true)
        {
            var got = await ReadSomeAsync(file, content, buffer, received.Length, cancel).ConfigureAwait(false);
            received.Write(buffer, 0, got);
            progress?.Report(new DataProgress(file.Name, received.Length, length, source));
            if (got == 0)
            {
                break;
            }
            // Gzip of incompressible bytes is hardly longer than they are; whatever is, is another file.
            if (received.Length > file.Bytes + (1 << 16))
            {
                throw new SourceException($"{file.Name} is longer than it should be");
            }
        }
        if (length is { } promised && received.Length != promised)
        {
            throw new SourceException($"{file.Name} ended after {received.Length} of {promised} bytes");
        }
        var bytes = received.ToArray();
        if (Idx.IsGzip(bytes))
        {
            bytes = Idx.Gunzip(bytes, file.Bytes, file.Name);
        }
        return Mismatch(bytes, file) is { } reason ? throw new SourceException($"{file.Name}: {reason}") : bytes;
    }

    private async Task<int> ReadSomeAsync(DataFile file, Stream content, byte[] buffer, long soFar, CancellationToken cancel)
    {
        using var watch = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        watch.CancelAfter(Stall);
        try
        {
            return await content.ReadAsync(buffer, watch.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!cancel.IsCancellationRequested)
        {
            throw new SourceException($"{file.Name} stalled after {soFar} bytes (none for {Stall.TotalSeconds:g} s)", e);
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            throw new SourceException($"{file.Name} broke off after {soFar} bytes", e);
        }
    }

    private static void Keep(string path, byte[] bytes)
    {
        try
        {
            AtomicFile.Write(path, stream => stream.Write(bytes));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataAcquisitionException($"{path} cannot be written: {e.Message} Set {FolderVariable} to a folder with space.", e);
        }
    }

    /// <summary>Waits until no other process is fetching this set; the turn ends when the result is disposed (or the process dies).</summary>
    private async Task<FileStream> TakeTurnAsync(Recipe recipe, IProgress<DataProgress>? progress, CancellationToken cancel)
    {
        var path = Path.Combine(FolderOf(recipe), ".lock");
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                Directory.CreateDirectory(FolderOf(recipe));
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException e) when (IsLocked(e, path))
            {
                if (attempt == 0)
                {
                    progress?.Report(new DataProgress("", 0, null, Folder, $"{recipe.Name}: waiting for another process that fetches it"));
                }
                await Task.Delay(lockPoll, cancel).ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new DataAcquisitionException(
                    $"{recipe.Name} is not complete in {Folder} and cannot be put there: {e.Message} Set {FolderVariable} to a writable folder, "
                        + "or use mnist-mini, which ships inside.",
                    e
                );
            }
        }
    }

    /// <summary>A sharing violation: ERROR_SHARING_VIOLATION on Windows, EWOULDBLOCK of flock elsewhere (11 on Linux, 35 on macOS).</summary>
    private static bool IsLocked(IOException e, string path) =>
        e.GetType() == typeof(IOException) && File.Exists(path) && (e.HResult & 0xFFFF) is 32 or 11 or 35;
}
