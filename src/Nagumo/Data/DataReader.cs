namespace Nagumo.Data;

/// <summary>Reads a user's own data, whatever file or folder they are in.</summary>
internal static class DataReader
{
    /// <summary>Whether a source is a file or folder, and not the name of a set.</summary>
    public static bool IsPath(string source) => File.Exists(source) || Directory.Exists(source);

    /// <summary>Whether something looks like a file's name: for messages about one that is not there.</summary>
    public static bool LooksLikePath(string source) => source.Contains('/') || source.Contains('\\') || Path.HasExtension(source);

    /// <summary>Reads a source that is to be trained on, and what is to be tested on if that lies elsewhere.</summary>
    /// <exception cref="InvalidDataException">It cannot be read; the message says where and what to do.</exception>
    public static RawData Read(DataOptions options) => Read(options, new Understanding());

    /// <summary>Reads a source as something that was trained on is understood.</summary>
    public static RawData Read(DataOptions options, Understanding how)
    {
        string path = options.Source;
        if (Directory.Exists(path))
            return ImageFolder.Read(path, options, how);
        switch (Kind(path))
        {
            case FileKind.Npz:
                return ArrayReader.ReadNpz(path, options, how);
            case FileKind.Npy or FileKind.Idx:
                return ArrayReader.ReadPair(path, options, how);
            case FileKind.Picture:
                throw new InvalidDataException($"{path}: a picture; name the folder that holds a folder of pictures for each class.");
            default:
                if (how.Schema is null)
                    return TableReader.Read(path, options);
                return TableReader.Read(path, options, how.Schema, how.NeedsTargets);
        }
    }

    /// <summary>Reads what a trained network is to look at: as it was trained on, with targets or without, or a single picture.</summary>
    public static RawData ReadAny(DataOptions options, Preparation preparation)
    {
        if (Directory.Exists(options.Source) || Kind(options.Source) != FileKind.Picture)
            return Read(options, preparation.Understanding(needsTargets: false));
        string colour = preparation.Shape is [3, _, _] ? "rgb" : "grey";
        byte[] pixels = ImageFolder.Pixels([options.Source], colour, out int[] shape);
        return new("pictures", new(new NpyArray(pixels, [1, .. shape]), null), null);
    }

    /// <summary>What a file is, by its first bytes.</summary>
    public static FileKind Kind(string path)
    {
        ReadOnlySpan<byte> first = DataStream.Begin(path, 8);
        return first is [(byte)'P', (byte)'K', 3 or 5, 4 or 6, ..] ? FileKind.Npz
            : Npy.IsNpy(first) ? FileKind.Npy
            : first is [0, 0, >= 8, > 0, ..] ? FileKind.Idx
            : Png.IsPng(first) || first is [0xff, 0xd8, 0xff, ..] || Netpbm.IsNetpbm(first) && first is [_, _, <= 32, ..] ? FileKind.Picture
            : FileKind.Table;
    }
}

/// <summary>A kind of file.</summary>
internal enum FileKind
{
    Table,
    Npz,
    Npy,
    Idx,
    Picture,
}
