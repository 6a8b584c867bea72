namespace Nagumo.Data;

/// <summary>Files that appear whole or not at all: written beside their place under a name of their own, then renamed.</summary>
/// <remarks>
/// The name of a file being written cannot be guessed and is created anew, so that a link or file planted there is neither followed nor
/// written over; a link in the file's own place is replaced, not followed. Who dies while writing leaves the part behind; nobody holds it
/// any more, and <see cref="RemoveStale"/> knows it by that.
/// </remarks>
internal static class AtomicFile
{
    private const string PartPrefix = ".nagumo-",
        PartSuffix = ".part";

    /// <summary>EFBIG.</summary>
    private const int FileTooLarge = 27;

    /// <summary>Replaces <paramref name="path"/> by what <paramref name="write"/> writes; on any failure the old file stays as it was.</summary>
    /// <param name="path">The file; of a device (/dev/null) nothing is replaced, it is written to.</param>
    /// <param name="write">Writes the content.</param>
    /// <param name="flush">Whether the bytes are on the disk before the name is, so that a power failure loses neither the old nor the new.</param>
    /// <exception cref="IOException">The disk is full, a limit of a file's size is met, or the folder cannot be written.</exception>
    public static void Write(string path, Action<Stream> write, bool flush = true)
    {
        string full = Path.GetFullPath(path);
        if (IsDevice(full))
        {
            using var device = new FileStream(full, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
            write(device);
            return;
        }
        string part = Path.Combine(Path.GetDirectoryName(full) ?? full, $"{PartPrefix}{Guid.NewGuid():n}{PartSuffix}");
        try
        {
            // Held until it has its name: only Windows needs to be told that an open file may be renamed.
            var share = OperatingSystem.IsWindows() ? FileShare.Delete : FileShare.None;
            using var stream = new FileStream(part, FileMode.CreateNew, FileAccess.ReadWrite, share);
            write(stream);
            stream.Flush(flushToDisk: flush);
            File.Move(part, full, overwrite: true);
        }
        catch (ArgumentOutOfRangeException e) when (e.ParamName == "value")
        {
            // Beyond the limit of a file's size .NET blames an argument; it is a full disk like any other.
            throw new IOException(e.Message.Replace(part, path, StringComparison.Ordinal), FileTooLarge);
        }
        catch (IOException e) when (e.GetType() == typeof(IOException) && e.Message.Contains(part, StringComparison.Ordinal))
        {
            throw new IOException(e.Message.Replace(part, path, StringComparison.Ordinal), e.HResult);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new UnauthorizedAccessException(e.Message.Replace(part, path, StringComparison.Ordinal), e);
        }
        finally
        {
            File.Delete(part);
        }
    }

    /// <summary>The same for a text in UTF-8.</summary>
    public static void WriteText(string path, string text, bool flush = true) =>
        Write(path, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(text)), flush);

    /// <summary>Deletes what writers that died left in a folder; parts that are being written are held, and stay.</summary>
    public static void RemoveStale(string folder)
    {
        try
        {
            foreach (string part in Directory.EnumerateFiles(folder, $"{PartPrefix}*{PartSuffix}"))
                RemoveUnlessHeld(part);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A folder that cannot be read is the next writer's trouble.
        }
    }

    private static void RemoveUnlessHeld(string part)
    {
        try
        {
            using var held = new FileStream(part, FileMode.Open, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Somebody writes it, or it is not ours.
        }
    }

    private static bool IsDevice(string full) =>
        !OperatingSystem.IsWindows()
        && full.StartsWith("/dev/", StringComparison.Ordinal)
        && !full.StartsWith("/dev/shm/", StringComparison.Ordinal)
        && File.Exists(full);
}
