using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Nagumo.Circuits;
using Nagumo.Data;
using Nagumo.Plots;

namespace Nagumo.Cli;

/// <summary><c>nagumo circuit learn</c>: a network that learns in ngspice, its updates from node voltages alone.</summary>
internal static class CircuitLearnCommand
{
    private const int CosineSamples = 60;

    /// <summary>The command.</summary>
    public static Command Build()
    {
        var task = new Argument<string>("TASK") { Description = "iris: three species of flowers from four lengths", HelpName = "iris" };
        var splits = new Option<int>("--splits")
        {
            Description = $"Stratified splits to learn, 1 to {Iris.Folds}",
            HelpName = "N",
            DefaultValueFactory = _ => 1,
        };
        var set = CommonOptions.SetKey("optimizer.rate=0.02");
        var device = new Option<string>("--device")
        {
            Description = $"Tunnel diode: {string.Join(" or ", TunnelDiode.All.Select(d => d.Name))}",
            HelpName = "NAME",
            DefaultValueFactory = _ => TunnelDiode.All[0].Name,
        };
        var threads = new Option<int>("--threads")
        {
            Description = "Runs of ngspice at a time; results do not depend on it",
            HelpName = "N",
            DefaultValueFactory = _ => Environment.ProcessorCount,
        };
        var picture = CommonOptions.Out("Write the learning curve to this .png or .svg", "FILE");
        var json = CommonOptions.Json("one JSON object");
        var command = new Command(
            "learn",
            "Train a network in ngspice: free and nudged equilibria measured, updates from node voltages alone"
        )
        {
            task,
            splits,
            set,
            device,
            threads,
            picture,
            json,
        };
        command.SetAction(parsed =>
            Run(
                parsed.GetRequiredValue(task),
                parsed.GetValue(splits),
                parsed.GetValue(set)!,
                TunnelDiode.Named(parsed.GetValue(device)!),
                parsed.GetValue(threads),
                parsed.GetValue(picture) is { } path ? OutputPath.Picture(path) : null,
                parsed.GetValue(json),
                parsed.InvocationConfiguration.Output,
                parsed.InvocationConfiguration.Error
            )
        );
        return command;
    }

    private static int Run(
        string task,
        int splits,
        string[] assignments,
        TunnelDiode diode,
        int threads,
        string? picture,
        bool json,
        TextWriter output,
        TextWriter error
    )
    {
        if (task != "iris")
            throw new InputException($"there is no task '{task}': iris is the one that fits ngspice.");
        if (splits is < 1 or > Iris.Folds)
            throw new InputException($"--splits {splits}: give 1 to {Iris.Folds}.");
        if (threads < 1)
            throw new InputException($"--threads {threads}: give at least 1.");
        var experiment = Target.Find(task).With(assignments, Use.Training | Use.Circuit | Use.Ngspice).Experiment;
        var options = new CircuitOptions(Units.Of(diode));
        var results = new JsonArray();
        List<double> accuracies = [],
            cosines = [];
        var curves = new List<(Series Error, Series Loss)>();
        double seconds = 0;
        int unsettled = 0;
        using var interruption = new Interruption();
        var ngspice = Ngspice.Default with { Cancel = interruption.Token };
        for (int split = 0; split < splits; split++)
        {
            using var learner = new CircuitLearner(experiment, Iris.Load(split), options, ngspice: ngspice, threads: threads);
            double before = learner.GradientCosine(CosineSamples);
            var updates = new List<CircuitUpdate>();
            while (learner.Updates < learner.Of)
            {
                var update = learner.Step();
                updates.Add(update);
                unsettled += update.NotSettled;
                error.WriteLine(
                    $"split {split + 1}, update {update.Update} of {learner.Of}: loss {Terminal.Short(update.Loss)}, error {Terminal.Percent(update.Score)}, residual {Terminal.Short(update.Residual)}"
                );
            }
            double after = learner.GradientCosine(CosineSamples);
            var test = learner.Test();
            unsettled += test.Relaxation.NotConverged;
            seconds += learner.NgspiceSeconds;
            accuracies.Add(100 - test.ErrorPercent);
            cosines.AddRange([before, after]);
            double[] x = [.. updates.Select(u => (double)u.Update)];
            curves.Add(
                (
                    new($"split {split + 1}", x, [.. updates.Select(u => u.Score)]),
                    new($"split {split + 1}", x, [.. updates.Select(u => u.Loss)])
                )
            );
            results.Add(
                new JsonObject
                {
                    ["split"] = split + 1,
                    ["test_accuracy_percent"] = 100 - test.ErrorPercent,
                    ["test_loss"] = test.Loss,
                    ["train_loss"] = updates[^1].Loss,
                    ["updates"] = updates.Count,
                    ["gradient_cosine_before"] = Finite(before),
                    ["gradient_cosine_after"] = Finite(after),
                }
            );
            if (!json)
                output.WriteLine(
                    $"split {split + 1}  test accuracy {Terminal.Percent(100 - test.ErrorPercent)}, {(double.IsNaN(before) ? "no exact gradient: weights differ forth and back" : $"gradient against the exact one: cosine {Cosine(before)} at the start, {Cosine(after)} at the end")}"
                );
        }
        if (picture is not null)
            LearningCurve.Save(
                picture,
                new(
                    "Iris learned on the circuit",
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"ngspice relaxes; {Counted.Of(splits, "split")}, mean test accuracy {accuracies.Average():F1} %; error and loss of the training samples of each update"
                    )
                ),
                [.. curves.Select(c => c.Error)],
                [.. curves.Select(c => c.Loss)],
                labelX: "update"
            );
        if (json)
            output.WriteLine(
                Json.Text(
                    new JsonObject
                    {
                        ["task"] = task,
                        ["mean_test_accuracy_percent"] = accuracies.Average(),
                        ["smallest_gradient_cosine"] = Finite(cosines.Min()),
                        ["circuits_not_settled"] = unsettled,
                        ["ngspice_seconds"] = seconds,
                        ["splits"] = results,
                        ["picture"] = picture,
                        ["config"] = JsonNode.Parse(experiment.ToJson()),
                    }
                )
            );
        else
        {
            output.WriteLine(
                $"mean     test accuracy {Terminal.Percent(accuracies.Average())} over {Counted.Of(splits, "split")}; {(unsettled == 0 ? "every circuit settled" : $"{unsettled} circuits NOT settled")}; {Terminal.Duration(seconds)} of ngspice"
            );
            if (picture is not null)
                output.WriteLine(OutputPath.Said(picture));
        }
        return unsettled == 0 ? ExitCode.Done : ExitCode.NotConverged;
    }

    private static JsonNode? Finite(double x) => double.IsFinite(x) ? x : null;

    private static string Cosine(double c) => c.ToString("F6", CultureInfo.InvariantCulture);
}
