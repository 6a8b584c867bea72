using Nagumo.Data;

namespace Nagumo.Learning;

/// <summary>A number that says how well a task is done.</summary>
/// <param name="Name">Its name in files and on the command line, snake_case: "error_percent", "rmse".</param>
/// <param name="Value">Its value over some samples.</param>
/// <param name="Unit">Its unit; null for none, or where the data do not say.</param>
public sealed record Metric(string Name, double Value, string? Unit = null);

/// <summary>What is to be learned: which targets it takes, what it costs unless the readout says otherwise, and the metrics that tell how well it is done.</summary>
/// <remarks>
/// The first metric is the score: smaller is better, and it is a function of the mean of <see cref="Miss"/> over samples, so that it can be followed
/// batch by batch. A task from outside is made known to configurations by <see cref="LearningTasks.Register"/>.
/// </remarks>
public abstract class LearningTask
{
    /// <summary>What configurations call it.</summary>
    public abstract string Name { get; }

    /// <summary>Whether it can be done with such targets.</summary>
    public abstract bool Accepts(Targets targets);

    /// <summary>The name of the cost that suits it.</summary>
    public abstract string Cost { get; }

    /// <summary>How far one readout is from its target.</summary>
    public abstract double Miss(ReadOnlySpan<double> z, ReadOnlySpan<double> y);

    /// <summary>The score's name, as <see cref="Score"/> gives it for such targets.</summary>
    public abstract string ScoreName(Targets targets);

    /// <summary>The score of samples whose mean <see cref="Miss"/> is known.</summary>
    public abstract Metric Score(double mean, Targets targets);

    /// <summary>All metrics over samples, the score first.</summary>
    /// <param name="targets">The targets of the whole set.</param>
    /// <param name="samples">Which samples.</param>
    /// <param name="readouts">[samples × targets.Width].</param>
    /// <param name="mean">The mean of <see cref="Miss"/> over them.</param>
    public virtual IReadOnlyList<Metric> Measure(Targets targets, ReadOnlySpan<int> samples, ReadOnlySpan<double> readouts, double mean) =>
        [Score(mean, targets)];
}

/// <summary>The tasks that configurations name (<c>task</c>). A new task adds one line here; one outside the library registers itself.</summary>
public static class LearningTasks
{
    private static readonly Lock Gate = new();
    private static volatile LearningTask[] _all = [new Classification(), new Regression()];

    /// <summary>One instance of each.</summary>
    public static IReadOnlyList<LearningTask> All => _all;

    /// <summary>Adds a task from outside the library. Registering one of the same type again changes nothing.</summary>
    /// <exception cref="ArgumentException">Another task has this name.</exception>
    public static void Register(LearningTask task)
    {
        lock (Gate)
        {
            if (_all.FirstOrDefault(t => t.Name == task.Name) is not { } known)
                _all = [.. _all, task];
            else if (known.GetType() != task.GetType())
                throw new ArgumentException($"There is a task '{task.Name}' already. Give the new one another name.");
        }
    }

    /// <summary>The task of a name; without one, the first that takes the targets: classification for classes, regression for numbers.</summary>
    /// <exception cref="ArgumentException">There is none of that name, or it does not take them.</exception>
    public static LearningTask Of(string? name, Targets targets)
    {
        if (name is null)
            return _all.First(task => task.Accepts(targets));
        var named =
            _all.FirstOrDefault(task => task.Name == name)
            ?? throw new ArgumentException($"task = '{name}'.{Nearest.Hint(name, [.. _all.Select(task => task.Name)])}");
        return named.Accepts(targets)
            ? named
            : throw new ArgumentException($"task = '{name}' does not learn {targets}: leave it out, or take other data.");
    }
}
