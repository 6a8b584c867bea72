using System.CommandLine;
using System.Globalization;
using Nagumo.Circuits;
using Nagumo.Data;
using Nagumo.Learning;
using Nagumo.Neurons;

namespace Nagumo.Cli;

/// <summary>What the <c>circuit</c> commands work on, and the options that say how it is built.</summary>
internal sealed class CircuitTarget
{
    private const string Fallback = "mnist-mini";
    private static readonly string[] Cells = ["neuron", "spike", "chain"];

    private readonly Argument<string> _target = new("TARGET")
    {
        Description = "neuron, spike, chain, iris-fhn, iris-rails, or a PRESET, config.json (at its initial weights) or trained RUN",
        HelpName = "TARGET",
    };
    private readonly Option<string[]> _set = CommonOptions.Set(
        "neuron, spike, chain: current, neuron and its parameters, e.g. tau=12.5; chain also size, diffusion.u, diffusion.v, mode; otherwise a key of the configuration. Repeatable"
    );
    private readonly Option<int> _sample = new("--sample")
    {
        Description = "Test sample that a trained network is shown",
        HelpName = "N",
        DefaultValueFactory = _ => 0,
    };
    private readonly Option<string> _device = new("--device")
    {
        Description = $"Tunnel diode: {string.Join(" or ", TunnelDiode.All.Select(d => d.Name))}",
        HelpName = "NAME",
        DefaultValueFactory = _ => TunnelDiode.All[0].Name,
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
        foreach (Option option in (Option[])[_set, _sample, _device, _weights, _inhibitors, _inputs])
            command.Add(option);
    }

    /// <summary>How the circuit is built.</summary>
    public CircuitOptions Options(ParseResult parsed) =>
        new(
            Units.Of(TunnelDiode.Named(parsed.GetValue(_device)!)),
            Chosen<Weights>(parsed, _weights),
            Chosen<InhibitorBranch>(parsed, _inhibitors),
            Chosen<Inputs>(parsed, _inputs)
        );

    /// <summary>The network with its numbers, and the half waves that its start is given.</summary>
    public (CircuitNetwork Network, int Mode) Find(ParseResult parsed, TextWriter error)
    {
        string name = parsed.GetRequiredValue(_target);
        string[] assignments = parsed.GetValue(_set)!;
        if (Cells.Contains(name))
        {
            foreach (Option option in (Option[])[_sample, _weights, _inputs])
                if (parsed.GetResult(option) is { Implicit: false })
                    throw new InputException($"{option.Name} is for networks that read data, and '{name}' reads none: leave it out.");
            return Cell(name, assignments);
        }
        return (Trained(name, assignments, parsed.GetValue(_sample), error), 0);
    }

    /// <summary>The name of the target, for titles.</summary>
    public string Name(ParseResult parsed) => parsed.GetRequiredValue(_target);

    private static (CircuitNetwork, int) Cell(string name, string[] assignments)
    {
        var values = new Dictionary<string, string>();
        // What the name stands for, in keys that --set changes.
        string[] preset = name switch
        {
            "spike" => ["tau=12.5", "current=0.5"],
            "chain" => ["gamma=0.5", "a=0.1", "tau=0.2", "size=100", "diffusion.u=1", "diffusion.v=9", "mode=0"],
            _ => [],
        };
        foreach (string assignment in preset.Concat(assignments))
        {
            int equals = assignment.IndexOf('=');
            if (equals < 1)
                throw new InputException($"--set {assignment}: give KEY=VALUE.");
            values[assignment[..equals].Trim()] = assignment[(equals + 1)..].Trim();
        }
        string model = values.Remove("neuron", out string? given) ? given : "fitzhugh-nagumo";
        if (assignments.Any(a => a.StartsWith("neuron=", StringComparison.Ordinal)))
            foreach (string key in (string[])["gamma", "a", "tau"])
                // The preset's parameters are those of its own model.
                if (assignments.All(a => !a.StartsWith(key + "=", StringComparison.Ordinal)))
                    values.Remove(key);
        var neuron =
            NeuronModels.All.FirstOrDefault(n => n.Name == model)
            ?? throw new InputException($"there is no neuron '{model}'.{Nearest.Hint(model, [.. NeuronModels.All.Select(n => n.Name)])}");
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
            : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double x) && double.IsFinite(x) ? x
            : throw new InputException($"{key} = {text}: give a finite number.");

        int Whole(string key) =>
            Take(key, 0) is var x && x == Math.Floor(x) && x is >= 0 and <= 100_000
                ? (int)x
                : throw new InputException($"{key} = {Equations.Number(x)}: give a whole number from 0 to 100000.");
    }

    private static CircuitNetwork Trained(string name, string[] assignments, int sample, TextWriter error)
    {
        if (CircuitPresets.All.Any(p => p.Name == name))
        {
            var experiment = CircuitPresets.Get(name).With(assignments);
            var data = Target.Load(experiment.Data, error);
            using var trainer = new Trainer(experiment, data, 1);
            while (trainer.Epoch < experiment.Epochs)
                trainer.TrainEpoch(null, default);
            error.WriteLine($"{name}: trained for {Terminal.Epochs(experiment.Epochs)} on {data.Name}");
            return CircuitNetwork.Of(trainer, experiment, data.Test, Index(sample, data));
        }
        if (
            !Presets.All.Any(p => p.Name == name)
            && !Directory.Exists(name)
            && !File.Exists(name)
            && !name.Contains('/')
            && !name.EndsWith(".json", StringComparison.Ordinal)
        )
            throw new InputException(
                $"there is no circuit, preset, file or run '{name}'.{Nearest.Hint(name, [.. Cells, .. CircuitPresets.All.Select(p => p.Name), .. Presets.All.Select(p => p.Name)])}"
            );
        var target = Target.Find(name).With(assignments);
        var own = DataSets.LoadCached(target.Experiment.Data) ?? Target.Load(Fallback, error);
        using var trained = target.Run is not null
            ? (TrainedModel.Find(target.Run, null) with { Experiment = target.Experiment }).Load(own, 1)
            : new Trainer(target.Experiment with { Validation = 0 }, own, 1);
        return CircuitNetwork.Of(trained, target.Experiment, own.Test, Index(sample, own));
    }

    private static int Index(int sample, DataSet data) =>
        sample >= 0 && sample < data.Test.Count
            ? sample
            : throw new InputException($"--sample {sample}: {data.Name} has test samples 0 to {data.Test.Count - 1}.");

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
