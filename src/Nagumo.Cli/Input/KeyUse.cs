using Nagumo.Learning;

namespace Nagumo.Cli;

/// <summary>What a command does with an experiment, and so which keys of a configuration can change what it says.</summary>
[Flags]
internal enum Use
{
    /// <summary>Prints the configuration itself.</summary>
    Description = 0,

    /// <summary>Trains.</summary>
    Training = 1,

    /// <summary>Leaves a run, whose configuration other commands read.</summary>
    Run = 2,

    /// <summary>Relaxes test samples as the configuration's evaluation says.</summary>
    Evaluation = 4,

    /// <summary>Does a fixed number of sweeps, as training does.</summary>
    Sweeps = 8,

    /// <summary>Holds the recipe's gradient against the exact one.</summary>
    Check = 16,

    /// <summary>Looks at the flow's structure.</summary>
    Audit = 32,

    /// <summary>Builds a circuit.</summary>
    Circuit = 64,

    /// <summary>Nudges that circuit's outputs by the configuration's β.</summary>
    Nudges = 128,

    /// <summary>Takes the cost of a sample, for a nudge of any strength.</summary>
    Cost = 2048,

    /// <summary>Writes the configuration's name into what it makes.</summary>
    Title = 4096,

    /// <summary>Looks at samples that an option names.</summary>
    Shown = 8192,

    /// <summary>Looks at the state that a circuit starts from or comes to.</summary>
    State = 16384,

    /// <summary>Has weights of its own: neither initial ones nor a start for training.</summary>
    Trained = 256,

    /// <summary>Those weights are as old as their checkpoint, not as the configuration says.</summary>
    Checkpoint = 512,

    /// <summary>ngspice relaxes in place of sweeps.</summary>
    Ngspice = 1024,
}

/// <summary>Refuses keys that --set changes and the command does not read: what is accepted has its effect.</summary>
internal static class KeyUse
{
    /// <summary>Pixels of a digit.</summary>
    private const int Digit = 28 * 28;

    /// <summary>Keys of data that still act after training: what is tested on, and how a file is read.</summary>
    private static readonly string[] WhenTrained =
    [
        "data.source",
        "data.test",
        "data.test_indices",
        "data.seed",
        "data.missing",
        "data.header",
        "data.separator",
        "data.x",
        "data.y",
    ];

    /// <summary>What a population's neurons are like, but not what they are.</summary>
    private static readonly string[] InsideNeurons = [".scale", ".parameters", ".train", ".per_neuron", ".inhibitors"];

    private static readonly string[] InitialValues = ["sd", "mean", "low", "high", "value", "d", "correlation"];

    /// <summary>Throws when an assignment cannot change anything, saying why.</summary>
    /// <param name="use">What the command does.</param>
    /// <param name="experiment">The experiment with the assignments taken over.</param>
    /// <param name="assignments">KEY=VALUE.</param>
    /// <exception cref="InputException">A key without effect.</exception>
    public static void Require(Use use, Experiment experiment, IEnumerable<string> assignments)
    {
        if (use == Use.Description)
            return;
        foreach (string assignment in assignments)
        {
            string key = assignment[..Math.Max(0, assignment.IndexOf('='))].Trim();
            if (Idle(key, use, experiment) is { } reason)
                throw new InputException($"--set {assignment}: {key} would change nothing here: {reason}. Leave it out.");
        }
    }

    /// <summary>Why a key changes nothing; null where it does.</summary>
    private static string? Idle(string key, Use use, Experiment e)
    {
        bool trains = Has(Use.Training),
            checks = Has(Use.Check),
            exact = e.Estimator.Kind == "exact";
        if (In("optimizer", "validation", "batch", "pixels.dropout", "pixels.shift") && !trains)
            return "it acts in training";
        if (In("epochs") && !trains && (Has(Use.Checkpoint) || !(e.Hardware?.Drift > 0)))
            return "it acts in training";
        if (In("validation", "data", "weights") && Has(Use.Training) && Has(Use.Ngspice))
            return "all training samples of iris are learned, from random weights";
        if (In("estimator") && !trains && !checks)
            return In("estimator.beta") && Has(Use.Nudges) ? null : "it acts where gradients are read, in training and 'check'";
        if (In("estimator.beta", "estimator.nudge", "nudged") && exact)
            return "estimator.kind = 'exact' nudges nothing";
        if (In("nudged") && !trains && !checks || In("hardware.read_noise") && !trains && !checks)
            return "it acts on nudged states, in training and 'check'";
        if (In("free") && !trains && !checks && !(Has(Use.Sweeps) && In("free.over_relaxation")))
            return "it acts in training; evaluation.* says how test samples relax";
        if (In("evaluation") && !Has(Use.Evaluation))
            return "no test set is evaluated";
        if (In("evaluation") && Has(Use.Sweeps) && !In("evaluation.tolerance"))
            return "--sweeps takes its place";
        if (In("relaxer") && Has(Use.Ngspice))
            return "ngspice relaxes";
        if (In("relaxer") && !trains && !checks && !Has(Use.Evaluation))
            return "no test set is evaluated";
        if (In("free", "nudged", "evaluation") && Has(Use.Ngspice))
            return "ngspice relaxes";
        if (In("free", "nudged", "evaluation") && e.Chain is { Reading: "pass" })
            return "a pass goes through the layers once and does not relax";
        if (In("free.over_relaxation", "nudged.over_relaxation", "evaluation.over_relaxation") && e.Chain is not null)
            return "a chain relaxes by accelerated steps, not by sweeps";
        if (In("optimizer.second_moment", "optimizer.epsilon") && e.Optimizer.Kind == "sgd")
            return "they are adam's";
        if (In("readout.kappa") && e.Readout.Cost != "cross-entropy")
            return "it is the cross-entropy's";
        if (In("readout.width") && e.Readout.Cost is "cross-entropy" or "squared-error")
            return "it is huber's and the absolute error's";
        if (
            In("readout.cost", "readout.kappa", "readout.width", "task")
            && (use & (Use.Training | Use.Evaluation | Use.Check | Use.Cost)) == 0
        )
            return "no cost is taken";
        if (In("seed") && Has(Use.Trained) && !checks)
            return "the weights are there already; hardware.chip seeds the devices";
        if (In("weights") && Has(Use.Trained))
            return "the weights are there already";
        bool own = OwnData.IsOwn(e.Data);
        if (key.StartsWith("data.", StringComparison.Ordinal) && key != "data.source" && !own)
            return $"it says how a file or folder of your own is read, and '{e.Data}' is a data set";
        if (In("data") && Has(Use.Trained) && !In([.. WhenTrained]) && key != "data")
            return "the data were made ready in training, and the run keeps how";
        if (In("pixels.mean", "pixels.gain") && own)
            return "data.normalise maps data of your own";
        if (key is "data" or "data.source" && Has(Use.Shown))
            return "--data takes its place";
        if (In("data") && !own && (Has(Use.Audit) || checks && !Has(Use.Trained)) && TrainedModel.Inputs(e) == Digit)
            return checks ? "digits of mnist-mini are shown; give --data" : "a digit of mnist-mini is shown";
        if (In("name") && (use & (Use.Run | Use.Title)) == 0)
            return "nothing is named after it";
        if (In("hardware.chip") && e.Hardware is { Mismatch: 0, NeuronMismatch: 0, PairMismatch: 0, Stuck: 0, Drift: 0 })
            return "no device is drawn: set hardware.mismatch or another effect as well";
        if (Has(Use.Trained) && !(e.Hardware is { Stuck: > 0 }) && IsInitialValue())
            return "it is where training begins, and the weights are there already";
        if (
            Has(Use.Circuit)
            && !Has(Use.State)
            && !trains
            && (
                In("pixels", "hardware.neuron_mismatch", "hardware.pair_mismatch", "hardware.drift")
                || In("network.populations") && InsideNeurons.Any(key.Contains)
                || e.Network.Couplings.Where((c, i) => c.Kind == "bias" && In($"network.couplings.{i}", $"network.couplings.{c.Name}"))
                    .Any()
            )
        )
            return "without --voltages a drawing shows the weights forth, and nothing of biases, of what its neurons are made of or settle to";
        bool flows = (use & (Use.Run | Use.Check | Use.Audit | Use.State)) != 0 || Has(Use.Circuit) && Has(Use.Ngspice);
        if (!flows && IsTimeConstant())
            return "a time constant moves no rest state; 'check', 'audit' and 'circuit' look at what flows";
        return null;

        bool Has(Use one) => (use & one) != 0;

        bool In(params string[] sections) => sections.Any(s => key == s || key.StartsWith(s + ".", StringComparison.Ordinal));

        bool IsInitialValue() => In("network.couplings") && InitialValues.Contains(key[(key.LastIndexOf('.') + 1)..]);

        bool IsTimeConstant() =>
            In("network.populations")
            && e.Network.Populations.Where((p, i) => In($"network.populations.{p.Name}", $"network.populations.{i}"))
                .Any(p =>
                    key.Contains(".inhibitors.", StringComparison.Ordinal)
                    || p.Build().Neuron is { } neuron
                        && neuron.Inhibitors.Any(v => key.EndsWith($".parameters.{v.Tau.Name}", StringComparison.Ordinal))
                );
    }
}
