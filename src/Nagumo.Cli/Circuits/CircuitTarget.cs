using System.CommandLine;
using System.Globalization;
using Nagumo.Circuits;
using Nagumo.Data;
using Nagumo.Learning;
using Nagumo.Neurons;

namespace Nagumo.Cli;

/// <summary>What the <c>circuit</c> commands work on, and the options that say how it is built.</summary>
/// <param name="uses">What the command does beside building a circuit; null for nothing.</param>
/// <param name="severalSamples">Whether the command looks at several samples of a trained network.</param>
internal sealed class CircuitTarget(Func<ParseResult, Use>? uses = null, bool severalSamples = false)
{
    private const string Fallback = "mnist-mini";
    private static readonly string[] Cells = ["neuron", "spike", "chain"];

    private readonly Argument<string> _target = new("TARGET")
    {
        Description =
            $"{(severalSamples ? "" : "neuron, spike, chain, ")}iris-fhn, iris-rails, or a PRESET, config.json (at its initial weights) or trained RUN",
        HelpName = "TARGET",
    };
    private readonly Option<string[]> _set = severalSamples
        ? CommonOptions.SetKey("readout.kappa=5")
        : CommonOptions.Set(
            "neuron, spike, chain: current, neuron and its parameters, e.g. tau=12.5; chain also size, diffusion.u, diffusion.v, mode; otherwise a key of the configuration. Repeatable"
        );
    private readonly Option<string?> _data = CommonOptions.Data("Data that a network sees [default: its own]");
    private readonly Option<int> _sample = new("--sample")
    {
        Description = "Test sample that a trained network is shown",
        HelpName = "N",
        DefaultValueFactory = _ => 0,
    };
    private readonly Option<string> _samples = new("--samples")
    {
        Description = "Test samples, e.g. 0-9 or 3,17,20-24",
        HelpName = "RANGE",
        DefaultValueFactory = _ => "0-9",
    };
    private readonly Option<string> _device = new("--device")
    {
        Description = $"Tunnel diode: {string.Join(" or ", TunnelDiode.All.Select(d => d.Name))}",
        HelpName = "NAME",
        DefaultValueFactory = _ => TunnelDiode.All[0].Name,
    };
    private readonly Option<string?> _diode = new("--diode")
    {
        Description =
            "Measured curve of a tunnel diode, a voltage in V and a current in A a line: its peak and valley in place of the device's, whose capacitance stays",
        HelpName = "FILE",
    };
    private readonly Option<string> _weights = Choice<Weights>("--weights", "Signed weights");
    private readonly Option<string> _inhibitors = Choice<InhibitorBranch>("--inhibitors", "Inhibitors; auto: an inductor where it can be");
    private readonly Option<string> _inputs = Choice<Inputs>("--inputs", "Clamped inputs; currents: one for each neuron");

    /// <summary>Adds argument and options to a command.</summary>
    public void AddTo(Command command)
    {
        _target.CompletionSources.Add(_ =>
            Cells.Concat(CircuitPresets.All.Select(p => p.Name)).Select(n => new System.CommandLine.Completions.CompletionItem(n))
        );
        command.Add(_target);
        foreach (
            Option option in (Option[])[_set, _data, severalSamples ? _samples : _sample, _device, _diode, _weights, _inhibitors, _inputs]
        )
            command.Add(option);
    }

    /// <summary>How the circuit is built.</summary>
    public CircuitOptions Options(ParseResult parsed) =>
        new(
            Units.Of(Diode(parsed)),
            Chosen<Weights>(parsed, _weights),
            Chosen<InhibitorBranch>(parsed, _inhibitors),
            Chosen<Inputs>(parsed, _inputs)
        );

    /// <summary>The device, with the peak and valley of a measured curve where one is given.</summary>
    private TunnelDiode Diode(ParseResult parsed)
    {
        var device = TunnelDiode.Named(parsed.GetValue(_device)!);
        if (parsed.GetValue(_diode) is not { } file)
            return device;
        if (!File.Exists(file))
            throw new InputException($"--diode: there is no file '{file}'.");
        var curve = DiodeCurve.Parse(JsonFile.Text(file), file);
        var ((peakVolts, peak), (valleyVolts, valley)) = (curve.Peak, curve.Valley);
        parsed.InvocationConfiguration.Error.WriteLine(
            $"{file}: peak {Engineering.Text(peak, "A")} at {Engineering.Text(peakVolts, "V")}, valley {Engineering.Text(valley, "A")} at {Engineering.Text(valleyVolts, "V")}; between them the cubic is off by {Engineering.Text(curve.Misfit, "A")} at most"
        );
        return curve.Diode(device.Capacitance);
    }

    /// <summary>The network with its numbers, and the half waves that its start is given.</summary>
    /// <param name="parsed">What was asked for.</param>
    /// <param name="error">Receives progress.</param>
    /// <param name="cancel">Ends the training of a preset, and what the network does later.</param>
    public (CircuitNetwork Network, int Mode) Find(ParseResult parsed, TextWriter error, CancellationToken cancel = default)
    {
        string name = parsed.GetRequiredValue(_target);
        string[] assignments = parsed.GetValue(_set)!;
        if (Cells.Contains(name))
        {
            foreach (Option option in (Option[])[_data, _sample, _weights, _inputs])
                if (parsed.GetResult(option) is { Implicit: false })
                    throw new InputException($"{option.Name} is for networks that read data, and '{name}' reads none: leave it out.");
            var (cells, mode) = Cell(name, assignments, uses?.Invoke(parsed) ?? 0);
            cells.Progress = new Waiting(error, cancel);
            return (cells, mode);
        }
        var (trainer, experiment, data) = Trained(
            name,
            shown => Index(parsed.GetValue(_sample), shown, "--sample"),
            [.. OwnData.Assignments(parsed.GetValue(_data), null), .. assignments],
            uses?.Invoke(parsed) ?? 0,
            error,
            cancel
        );
        using (trainer)
            return (Shown(trainer, experiment, data, parsed.GetValue(_sample), "--sample", new(error, cancel)), 0);
    }

    /// <summary>A trained network shown one sample after the other; each is the caller's to dispose of.</summary>
    /// <param name="parsed">What was asked for.</param>
    /// <param name="error">Receives progress.</param>
    /// <param name="cancel">Ends the training of a preset, and what the networks do later.</param>
    /// <returns>The sample, the network, what evaluation answers, and what the classes are called.</returns>
    public IEnumerable<(int Sample, CircuitNetwork Network, int? Evaluated, IReadOnlyList<string> Names)> FindSamples(
        ParseResult parsed,
        TextWriter error,
        CancellationToken cancel
    )
    {
        string name = parsed.GetRequiredValue(_target);
        if (Cells.Contains(name))
            throw new InputException($"'{name}' reads no data: name a trained run, or iris-fhn, iris-rails or iris.");
        var wanted = SampleRange.Parse(parsed.GetValue(_samples)!);
        var (trainer, experiment, data) = Trained(
            name,
            shown =>
            {
                foreach (int sample in wanted)
                    Index(sample, shown, "--samples");
            },
            [.. OwnData.Assignments(parsed.GetValue(_data), null), .. parsed.GetValue(_set)!],
            uses?.Invoke(parsed) ?? 0,
            error,
            cancel
        );
        using (trainer)
        {
            foreach (int sample in wanted)
                yield return (
                    sample,
                    Shown(trainer, experiment, data, sample, "--samples", new(error, cancel)),
                    trainer.Predict(data.Test, sample) is { Relaxation.Converged: true, Class: var answer } ? answer : null,
                    (data.Test.Targets as ClassTargets)?.Names ?? []
                );
        }
    }

    private static CircuitNetwork Shown(Trainer trainer, Experiment experiment, DataSet data, int sample, string option, Waiting waiting)
    {
        var network = CircuitNetwork.Of(trainer, experiment, data.Test, Index(sample, data, option));
        network.Progress = waiting;
        return network;
    }

    /// <summary>The name of the target and, of a network, the sample that it is shown.</summary>
    public string Shown(ParseResult parsed) =>
        Name(parsed) is var name && Cells.Contains(name)
            ? name
            : $"{name}, test sample {parsed.GetValue(_sample).ToString(CultureInfo.InvariantCulture)}";

    /// <summary>The name of the target, for titles.</summary>
    public string Name(ParseResult parsed) => parsed.GetRequiredValue(_target);

    private static (CircuitNetwork, int) Cell(string name, string[] assignments, Use use)
    {
        var values = new Dictionary<string, string>();
        // What the name stands for, in keys that --set changes.
        string[] preset = name switch
        {
            "spike" => ["tau=12.5", "current=0.5"],
            "chain" => ["gamma=0.5", "a=0.1", "tau=0.2", "size=100", "diffusion.u=1", "diffusion.v=9", "mode=0"],
            _ => [],
        };
        foreach (var (key, value) in Assignments.Read(preset).Concat(Assignments.Read(assignments)))
            values[key] = value;
        if ((use & Use.State) == 0 && assignments.Any(a => a.StartsWith("mode=", StringComparison.Ordinal)) && name == "chain")
            throw new InputException(
                "--set mode: it would change nothing here: it is where a run starts, and no state is shown. Leave it out."
            );
        string model = values.Remove("neuron", out string? given) ? given : "fitzhugh-nagumo";
        if (assignments.Any(a => a.StartsWith("neuron=", StringComparison.Ordinal)))
            foreach (string key in (string[])["gamma", "a", "tau"])
                // The preset's parameters are those of its own model.
                if (assignments.All(a => !a.StartsWith(key + "=", StringComparison.Ordinal)))
                    values.Remove(key);
        var numbers = new Dictionary<string, double>();
        var neuron = NeuronFile.Cells(NeuronFile.Text(model, numbers), numbers).Neuron ?? throw NeuronFile.NoPotential(model);
        // A preset lets diffuse what its own model has; a key that was given itself is refused below.
        foreach (string key in Assignments.Read(preset).Select(p => p.Key).Where(k => k.StartsWith("diffusion.", StringComparison.Ordinal)))
            if (
                neuron.FieldIndex(key["diffusion.".Length..]) < 0
                && assignments.All(a => !a.StartsWith(key + "=", StringComparison.Ordinal))
            )
                values.Remove(key);
        double current = Take("current", 0);
        int size = name == "chain" ? Whole("size") : 1,
            mode = name == "chain" ? Whole("mode") : 0;
        var diffusion = new Dictionary<string, double>();
        foreach (string key in values.Keys.Where(k => k.StartsWith("diffusion.", StringComparison.Ordinal)).ToArray())
            if (name == "chain" && neuron.FieldIndex(key["diffusion.".Length..]) >= 0)
                diffusion[key["diffusion.".Length..]] = Take(key, 0);
        var parameters = new Dictionary<string, double>();
        foreach (string key in values.Keys.ToArray())
        {
            var parameter =
                neuron.Parameters.FirstOrDefault(p => p.Name == key)
                ?? throw new InputException(
                    $"{name} has no key '{key}'.{Nearest.Hint(key, ["current", "neuron", .. neuron.Parameters.Select(p => p.Name), .. name == "chain" ? ["size", "mode", "diffusion.u", .. neuron.Inhibitors.Select(v => "diffusion." + v.Name)] : Array.Empty<string>()])}"
                );
            parameters[key] = parameter.Validate(Take(key, 0));
        }
        return name == "chain"
            ? (CircuitNetwork.Chain(neuron, size, diffusion, current, parameters), mode)
            : (CircuitNetwork.Neuron(neuron, current, parameters), 0);

        double Take(string key, double otherwise) =>
            !values.Remove(key, out string? text) ? otherwise
            : Numbers.TryReal(text, out double x) ? x
            : throw Numbers.Refused(key, text);

        int Whole(string key) =>
            Take(key, 0) is var x && x == Math.Floor(x) && x is >= 0 and <= 100_000
                ? (int)x
                : throw new InputException($"{key} = {Equations.Number(x)}: give a whole number from 0 to 100000.");
    }

    /// <summary>A run with its weights, a configuration at its initial ones, or a preset of iris, which is trained at once, after a look at the data.</summary>
    private (Trainer Trainer, Experiment Experiment, DataSet Data) Trained(
        string name,
        Action<DataSet> look,
        string[] assignments,
        Use use,
        TextWriter error,
        CancellationToken cancel
    )
    {
        if (CircuitPresets.All.Any(p => p.Name == name))
        {
            var preset = Target.Find(name).With(assignments, use | Use.Circuit | Use.Training);
            var experiment = preset.Experiment;
            var data = OwnData.Load(experiment.Data, error).Data;
            look(data);
            preset = preset.Fitted(data);
            experiment = preset.Experiment;
            var trainer = new Trainer(experiment, data, 1);
            preset.Start(trainer);
            while (trainer.Epoch < experiment.Epochs)
                trainer.TrainEpoch(null, cancel);
            error.WriteLine($"{name}: trained for {Counted.Of(experiment.Epochs, "epoch")} on {data.Name}");
            return (trainer, experiment, data);
        }
        if (
            !Target.Names.Contains(name)
            && !Directory.Exists(name)
            && !File.Exists(name)
            && !name.Contains('/')
            && !name.EndsWith(".json", StringComparison.Ordinal)
        )
            throw new InputException(
                $"there is no circuit, preset, file or run '{name}'.{Nearest.Hint(name, [.. Cells, .. CircuitPresets.All.Select(p => p.Name), .. Presets.All.Select(p => p.Name)])}"
            );
        bool isNamed = assignments.Any(a => a.StartsWith("data=", StringComparison.Ordinal));
        var found = Target.Find(name);
        var target = found.With(assignments, CheckCommand.UseOf(found, use | Use.Circuit, evaluates: false));
        if (!isNamed && !OwnData.IsOwn(target.Experiment.Data))
        {
            var own = DataSets.LoadCached(target.Experiment.Data.Source) ?? Target.Load(Fallback, error);
            look(own);
            return (target.Model().Load(own, 1), target.Experiment, own);
        }
        (target, var shown) = target.For(isNamed ? target.Experiment.Data.Source : null, Fallback, error);
        look(shown);
        return (target.Model().Load(shown, 1), target.Experiment, shown);
    }

    private static int Index(int sample, DataSet data, string option) =>
        sample >= 0 && sample < data.Test.Count
            ? sample
            : throw new InputException(
                $"{option} {sample}: {data.Name} has {Counted.Of(data.Test.Count, "test sample")}: give {(data.Test.Count == 1 ? "0" : $"0 to {data.Test.Count - 1}")}."
            );

    private static Option<string> Choice<T>(string name, string description)
        where T : struct, Enum
    {
        string[] words = [.. Enum.GetNames<T>().Select(n => n.ToLowerInvariant())];
        var option = new Option<string>(name)
        {
            Description = $"{description}: {string.Join(" or ", words)}",
            HelpName = "KIND",
            DefaultValueFactory = _ => words[0],
        };
        option.CompletionSources.Add(_ => words.Select(w => new System.CommandLine.Completions.CompletionItem(w)));
        return option;
    }

    private static T Chosen<T>(ParseResult parsed, Option<string> option)
        where T : struct, Enum
    {
        string word = parsed.GetValue(option)!;
        foreach (string name in Enum.GetNames<T>())
            if (name.ToLowerInvariant() == word)
                return Enum.Parse<T>(name);
        throw new InputException($"{option.Name} {word}.{Nearest.Hint(word, [.. Enum.GetNames<T>().Select(n => n.ToLowerInvariant())])}");
    }
}
