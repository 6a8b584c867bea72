using System.Text;
using System.Text.Json;
using Nagumo.Data;
using Nagumo.Learning;

namespace Nagumo.Cli;

/// <summary>The files of a training run. Holds the folder's lock while it is open.</summary>
internal sealed class RunFolder : IDisposable
{
    private const string Config = "config.json",
        Result = "result.json",
        CheckpointFile = "checkpoint.bin",
        StartWeights = "start-weights.npz",
        LockFile = ".lock";
    private const int FileTooLarge = 27;
    private readonly FileStream _lock;
    private readonly string? _made;

    private RunFolder(string path, FileStream locked, string? made) => (Path, _lock, _made) = (path, locked, made);

    /// <summary>The folder, as it was given.</summary>
    public string Path { get; }

    /// <summary>Whether the folder holds a run at all.</summary>
    public static bool IsRun(string path) => File.Exists(At(path, Config));

    /// <summary>Whether the run in a folder came to its end.</summary>
    public static bool IsFinished(string path) => File.Exists(At(path, Result));

    /// <summary>The configuration file of a run.</summary>
    public static string ConfigOf(string path) => At(path, Config);

    /// <summary>The checkpoint of a run.</summary>
    public static string CheckpointOf(string path) => At(path, CheckpointFile);

    /// <summary>Makes the folder if need be and takes its lock.</summary>
    /// <exception cref="IOException">Another process trains there, or the folder cannot be written.</exception>
    public static RunFolder Open(string path)
    {
        string? made = TopMissing(path);
        OutputPath.OfFolder(path);
        try
        {
            return new(path, new FileStream(At(path, LockFile), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None), made);
        }
        catch (IOException e) when (e.GetType() == typeof(IOException) && (e.HResult & 0xFFFF) is 32 or 11 or 35)
        {
            throw new IOException($"another process is training in '{path}': wait for it, or use another --out.");
        }
    }

    /// <summary>The first of base, base-2, base-3, … that holds no run.</summary>
    public static string FirstFree(string basis)
    {
        string path = basis;
        for (int n = 2; IsRun(path); n++)
            path = $"{basis}-{n}";
        return path;
    }

    /// <summary>The last of base, base-2, base-3, … that holds a run; the base when none does.</summary>
    public static string Latest(string basis)
    {
        string path = basis;
        for (int n = 2; IsRun($"{basis}-{n}"); n++)
            path = $"{basis}-{n}";
        return path;
    }

    /// <summary>A file of the folder.</summary>
    public string this[string file] => At(Path, file);

    /// <summary>Begins a new run: its configuration, what made it, and its starting weights.</summary>
    public void Begin(Experiment experiment, string? startWeights, RunInfo info)
    {
        if (startWeights is not null && System.IO.Path.GetFullPath(startWeights) != System.IO.Path.GetFullPath(this[StartWeights]))
            File.Copy(startWeights, this[StartWeights], overwrite: true);
        foreach (string old in (string[])["metrics.jsonl", "timings.jsonl", Result, CheckpointFile])
            File.Delete(this[old]);
        WriteText("run.json", JsonSerializer.Serialize(info, CliJson.Default.RunInfo) + "\n");
        // Last: what has no configuration is no run.
        WriteText(Config, (experiment with { Weights = startWeights is null ? null : StartWeights }).ToJson());
    }

    /// <summary>Writes files; beyond the limit of a file's size .NET blames an argument, which here is a full disk like any other.</summary>
    public static void Writing(Action write)
    {
        try
        {
            write();
        }
        catch (ArgumentOutOfRangeException e)
        {
            throw new IOException(e.Message, FileTooLarge);
        }
    }

    /// <summary>The state after an epoch, then its metrics: a run killed in between writes them again from the checkpoint.</summary>
    public void Save(Checkpoint checkpoint)
    {
        checkpoint.Write(this[CheckpointFile]);
        WriteMetrics(checkpoint.History);
    }

    /// <summary>metrics.jsonl, one line per epoch.</summary>
    public void WriteMetrics(IReadOnlyList<EpochMetrics> history)
    {
        var lines = new StringBuilder();
        foreach (var m in history)
            lines.Append(JsonSerializer.Serialize(m, CliJson.Compact.EpochMetrics)).Append('\n');
        WriteText("metrics.jsonl", lines.ToString());
    }

    /// <summary>Adds a line to timings.jsonl.</summary>
    public void AddTiming(EpochTiming timing) =>
        File.AppendAllText(this["timings.jsonl"], JsonSerializer.Serialize(timing, CliJson.Compact.EpochTiming) + "\n");

    /// <summary>Ends a run.</summary>
    public void Finish(TrainResult result) => WriteText(Result, JsonSerializer.Serialize(result, CliJson.Default.TrainResult) + "\n");

    /// <summary>The result of a finished run; null for another.</summary>
    public static TrainResult? ResultOf(string path) =>
        IsFinished(path) ? JsonSerializer.Deserialize(File.ReadAllText(At(path, Result)), CliJson.Default.TrainResult) : null;

    /// <summary>Releases the lock. A folder that holds nothing else goes again, with the parents that were made for it.</summary>
    public void Dispose()
    {
        bool empty = Directory.EnumerateFileSystemEntries(Path).All(f => System.IO.Path.GetFileName(f) == LockFile);
        // Before the lock is released, so that nobody takes it in between; Windows deletes no open file.
        if (empty && !OperatingSystem.IsWindows())
            File.Delete(this[LockFile]);
        _lock.Dispose();
        if (empty)
            Remove();
    }

    private void Remove()
    {
        try
        {
            File.Delete(this[LockFile]);
            RemoveFolders();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Somebody else uses the folder.
        }
    }

    private void RemoveFolders()
    {
        if (_made is null)
            return;
        for (
            string at = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(Path));
            !Directory.EnumerateFileSystemEntries(at).Any();

        )
        {
            Directory.Delete(at);
            if (at == _made)
                return;
            at = System.IO.Path.GetDirectoryName(at)!;
        }
    }

    /// <summary>The outermost folder that creating a path makes; null when it is there.</summary>
    private static string? TopMissing(string path)
    {
        string? missing = null;
        for (
            string? at = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));
            at is not null && !Directory.Exists(at);
            at = System.IO.Path.GetDirectoryName(at)
        )
            missing = at;
        return missing;
    }

    /// <summary>Whole or not at all.</summary>
    public void WriteText(string file, string text)
    {
        string part = this[file] + ".part";
        try
        {
            File.WriteAllText(part, text);
            File.Move(part, this[file], overwrite: true);
        }
        finally
        {
            File.Delete(part);
        }
    }

    private static string At(string folder, string file) => System.IO.Path.Combine(folder, file);
}
